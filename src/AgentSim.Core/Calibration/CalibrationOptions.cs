using AgentSim.Measurements;

namespace AgentSim.Calibration;

/// <summary>How to fit a timing profile.</summary>
public sealed record CalibrationOptions
{
    /// <summary>What is known of the server besides the measurements; it goes before what they say.</summary>
    public MeasuredServer Server { get; init; } = new();

    /// <summary>Runs that are not fitted to, but that the errors are stated of.</summary>
    public IReadOnlyList<Measurement> HeldOut { get; init; } = [];

    /// <summary>
    /// Share of the last requests of every run that are not fitted to, where no run is held out: the errors are stated of these. 0 to 0.9.
    /// </summary>
    public double HeldOutShare { get; init; } = 1.0 / 3;

    /// <summary>Which prompts are equal, where it is not recorded; null: all differ.</summary>
    public PromptAssumption? Prompts { get; init; }

    /// <summary>Whether more than 1 % of failed requests are put up with.</summary>
    public bool AllowFailures { get; init; }

    /// <summary>Requests under way at once in runs that are closed loops without saying of how many; null: not given.</summary>
    public int? Concurrency { get; init; }
}
