using System.Text.Json.Serialization;

namespace AgentSim.Capacity;

/// <summary>How many of something keep the limits in one configuration, how far to trust that, and what it costs.</summary>
public sealed record CapacityAnswer
{
    [JsonConstructor]
    internal CapacityAnswer()
    {
    }

    /// <summary>The engine, how requests are placed, and what else tells it from other configurations.</summary>
    public required string Configuration { get; init; }

    /// <summary>What was looked for.</summary>
    public required CapacityTarget Target { get; init; }

    /// <summary>
    /// The least value of which it and all greater ones keep every limit; of tasks and ratios the greatest of which it and all smaller ones
    /// do. Null: there is none in the range, or no limit was given.
    /// </summary>
    public double? Answer { get; init; }

    /// <summary>How far that holds.</summary>
    public required CapacityVerdict Verdict { get; init; }

    /// <summary>The verdict in a sentence.</summary>
    public required string Reason { get; init; }

    /// <summary>Whose timing the numbers rest on, and what is known of its errors.</summary>
    public required string Timing { get; init; }

    /// <summary>Whether every value of the range was replayed; else those that a search needed.</summary>
    public required bool Exhaustive { get; init; }

    /// <summary>The least value of the range.</summary>
    public required double Minimum { get; init; }

    /// <summary>The greatest value of the range.</summary>
    public required double Maximum { get; init; }

    /// <summary>The limits at the answer; without one, at the best value of the range.</summary>
    // arrays, which shells can index
    public IReadOnlyList<CapacityMargin> Limits { get; init => field = value.ToArray(); } = [];

    /// <summary>The metric with the least margin; null without limits.</summary>
    public string? BindingMetric { get; init; }

    /// <summary>What fails one step from the answer, in words; null where nothing does or the answer is at the end of the range.</summary>
    public string? FailsBelow { get; init; }

    /// <summary>Values that keep the limits although one between them and the answer does not.</summary>
    public IReadOnlyList<double> Breaks { get; init => field = value.ToArray(); } = [];

    /// <summary>Workers of all pools at the answer.</summary>
    public long? Workers { get; init; }

    /// <summary>GPUs of all workers at the answer.</summary>
    public long? Gpus { get; init; }

    /// <summary>Where the GPUs of a worker come from.</summary>
    public required string GpusPerWorkerSource { get; init; }

    /// <summary>GPU hours of the replay at the answer, the mean of the seeds.</summary>
    public double? GpuHours { get; init; }

    /// <summary>What an hour of a GPU costs, as it was given.</summary>
    public double? GpuPricePerHour { get; init; }

    /// <summary>Money for the whole load.</summary>
    public double? Cost { get; init; }

    /// <summary>Money for a completed task; null where the load has none.</summary>
    public double? CostPerTask { get; init; }

    /// <summary>All money by a million prompt tokens.</summary>
    public double? CostPerMillionInputTokens { get; init; }

    /// <summary>All money by a million output tokens.</summary>
    public double? CostPerMillionOutputTokens { get; init; }

    /// <summary>What was replayed, by value.</summary>
    public IReadOnlyList<CapacityPoint> Points { get; init => field = value.ToArray(); } = [];

    /// <summary>Reuse of prompts over the size of the cache; only for KV blocks.</summary>
    public CacheCurve? Cache { get; init; }

    /// <summary>What the numbers have to be read with.</summary>
    public IReadOnlyList<string> Warnings { get; init => field = value.ToArray(); } = [];

    /// <summary>The answer with its verdict, in a line.</summary>
    public override string ToString() => CapacityText.Headline(this);
}
