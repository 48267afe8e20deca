using AgentSim.Workload;

namespace AgentSim.Metrics;

/// <summary>Where a report comes from: all it takes to repeat the run (behaviour 00#differences).</summary>
/// <param name="Version">Version of AgentSim.</param>
/// <param name="Inputs">
/// The files read, in the order they were read, or those that rows and records in memory remember; empty for other workloads.
/// </param>
/// <param name="Settings">
/// Every effective setting by name, defaults included. Values are null, <see cref="bool"/>, <see cref="string"/>, <see cref="long"/>,
/// <see cref="ulong"/>, <see cref="int"/>, <see cref="double"/>, a <see cref="System.Text.Json.JsonElement"/>, or again such a dictionary
/// or
/// a list of such values.
/// </param>
/// <param name="Seed">Seed of the router's random draws.</param>
public sealed record RunInfo(
    string Version, IReadOnlyList<WorkloadInput> Inputs, IReadOnlyDictionary<string, object?> Settings, ulong Seed)
{
    /// <summary>What the run was named; null if it was not.</summary>
    public string? Name { get; init; }

    /// <summary>What the numbers have to be read with: rows that were cut, options without effect, and the like.</summary>
    public IReadOnlyList<RunWarning> Warnings { get; init; } = [];

    /// <summary>Whose timing the numbers rest on, in one line.</summary>
    public string Timing { get; init; } = "";

    /// <summary>The timing profile and how far to trust it; null: the run had none.</summary>
    public RunCalibration? Calibration { get; init; }

    /// <summary>Live replays: the server; null: the run was simulated.</summary>
    public RunServer? Server { get; init; }

    /// <summary>Live replays: how well the client kept its times; null: the run was simulated.</summary>
    public RunClient? Client { get; init; }

    /// <summary>Live replays: how requests failed, the most frequent first.</summary>
    public IReadOnlyList<RequestFailures> Failures { get; init; } = [];

    /// <summary>Live replays: whether the numbers are the server's; false: the warnings say why not. Null: the run was simulated.</summary>
    public bool? Valid { get; init; }

    /// <summary>Live replays: true where the run was interrupted, so that part of the workload is missing.</summary>
    public bool Partial { get; init; }
}
