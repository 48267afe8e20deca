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

    /// <summary>Results with plots and lanes, for a browser; several are compared with the first.</summary>
    Html,

    /// <summary>Headline metrics, limits and differences of results as tables.</summary>
    Markdown,
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
        ".html" or ".htm" => ReportFormat.Html,
        ".md" or ".markdown" => ReportFormat.Markdown,
        _ => throw Errors.ReportFormatUnknown.Error(
            $"{path}: the name does not say what to write; name a .json, .jsonl, .csv, .html or .md file, or give -Format"),
    };
}
