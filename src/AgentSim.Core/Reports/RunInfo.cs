namespace AgentSim.Reports;

/// <summary>An input file of a run.</summary>
/// <param name="Path">The path as given.</param>
/// <param name="Sha256">SHA-256 of the file as stored, lower-case hexadecimal.</param>
/// <param name="Bytes">Size of the file as stored.</param>
public sealed record RunInput(string Path, string Sha256, long Bytes);

/// <summary>Where a report comes from: all it takes to repeat the run (specification 00, provenance).</summary>
/// <param name="Version">Version of AgentSim.</param>
/// <param name="Inputs">The files read, in the order they were read; empty for workloads that are not read from files.</param>
/// <param name="Settings">
/// Every effective setting by name, defaults included. Values are null, <see cref="bool"/>, <see cref="string"/>, <see cref="long"/>,
/// <see cref="ulong"/>, <see cref="int"/>, <see cref="double"/>, or again such a dictionary or a list of such values.
/// </param>
/// <param name="Seed">Seed of the router's random draws.</param>
public sealed record RunInfo(
    string Version, IReadOnlyList<RunInput> Inputs, IReadOnlyDictionary<string, object?> Settings, ulong Seed);
