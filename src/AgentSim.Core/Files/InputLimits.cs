using System.Globalization;

namespace AgentSim.Files;

/// <summary>
/// How much of an input is read, so that no file takes all memory; each is far above what such files have. An environment variable raises
/// (or lowers) it. The list is in docs/limits.md, which a test holds to it.
/// </summary>
public static class InputLimits
{
    /// <summary>The longest line of a file of rows, records or events.</summary>
    public static InputLimit Line { get; } = new("AGENTSIM_LIMIT_LINE_BYTES", 64 << 20);

    /// <summary>A report file.</summary>
    public static InputLimit Report { get; } = new("AGENTSIM_LIMIT_REPORT_BYTES", 16 << 20);

    /// <summary>A policy file of the router.</summary>
    public static InputLimit Policy { get; } = new("AGENTSIM_LIMIT_POLICY_BYTES", 1 << 20);

    /// <summary>A timing profile, and what is unpacked of its arrays.</summary>
    public static InputLimit Profile { get; } = new("AGENTSIM_LIMIT_PROFILE_BYTES", 64 << 20);

    /// <summary>A file of a measurement that is read as a whole, unpacked.</summary>
    public static InputLimit Measurement { get; } = new("AGENTSIM_LIMIT_MEASUREMENT_BYTES", 64 << 20);

    /// <summary>A recording that is one JSON document, which is held as a whole.</summary>
    public static InputLimit Document { get; } = new("AGENTSIM_LIMIT_DOCUMENT_BYTES", 256 << 20);

    /// <summary>Blocks of the prompts that are made of lengths alone, of which each has an id of its own.</summary>
    public static InputLimit PromptBlocks { get; } = new("AGENTSIM_LIMIT_PROMPT_BLOCKS", 4 << 20);

    /// <summary>All of them.</summary>
    public static IReadOnlyList<InputLimit> All { get; } = [Line, Report, Policy, Profile, Measurement, Document, PromptBlocks];
}

/// <summary>A limit of what is read.</summary>
/// <param name="Variable">The environment variable that raises it.</param>
/// <param name="Default">Bytes, or blocks, without that.</param>
public sealed record InputLimit(string Variable, int Default)
{
    private const int Most = 1 << 30;   // what an array can hold, with room to grow

    /// <summary>Bytes, or blocks, that are read at most.</summary>
    public int Value => int.TryParse(Environment.GetEnvironmentVariable(Variable), NumberStyles.None, CultureInfo.InvariantCulture,
        out int given) && given > 0 ? Math.Min(given, Most) : Default;

    /// <summary>How much that is, for messages.</summary>
    public string Size => Value % (1 << 20) == 0 ? $"{Value >> 20} MiB" : string.Create(CultureInfo.InvariantCulture, $"{Value:N0} bytes");

    /// <summary>What raises it, for messages.</summary>
    public string Raise => $"{Variable} raises the limit";
}
