namespace AgentSim.PowerShell;

/// <summary>What Export-AgentReport writes.</summary>
public enum ReportFormat
{
    /// <summary>The report of one result, as the reference writes it, with its provenance.</summary>
    Json,

    /// <summary>One record per request of one result, as the reference writes them.</summary>
    Jsonl,

    /// <summary>One line of metrics per result.</summary>
    Csv,
}

/// <summary>Knows the format of a file by its name.</summary>
internal static class ReportFormats
{
    /// <summary>The format that the name of a file stands for.</summary>
    /// <exception cref="AgentSimException">It stands for none.</exception>
    public static ReportFormat Of(string path) => Path.GetExtension(path).ToLowerInvariant() switch
    {
        ".json" => ReportFormat.Json,
        ".jsonl" => ReportFormat.Jsonl,
        ".csv" => ReportFormat.Csv,
        _ => throw AgentSimException.Usage("ReportFormatUnknown", $"{path}: the name does not say what to write; name a .json, .jsonl or .csv file, or give -Format"),
    };
}
