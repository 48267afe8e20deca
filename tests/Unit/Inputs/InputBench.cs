using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using AgentSim.Workload;

namespace AgentSim.Tests.Inputs;

/// <summary>Files that are read as something else than they are, and the command line that reads them.</summary>
internal sealed class InputBench : IDisposable
{
    public TempFolder Folder { get; } = new();

    /// <summary>Rows of 40 tokens in blocks of 16, one every 100 ms.</summary>
    public static string Rows(int count, string extra = "", Func<int, double>? time = null, string? hashes = null) =>
        string.Concat(Enumerable.Range(0, count).Select(i =>
        string.Create(CultureInfo.InvariantCulture,
            $"{{{extra}\"timestamp\":{time?.Invoke(i) ?? i * 100.0},\"input_length\":40,\"output_length\":2{hashes ?? $",\"hash_ids\":[{3 * i},{(3 * i) + 1},{(3 * i) + 2}]"}}}\n")));

    /// <summary>Reads rows, with the warnings.</summary>
    public IReadOnlyList<RunWarning> Warnings(string content, WorkloadOptions? options = null) =>
        WorkloadLoader.Load([Folder.Write("rows.jsonl", content)], options ?? new WorkloadOptions()).Warnings;

    /// <summary>Runs the command line in the folder.</summary>
    public (int Code, string Output, string Error) Run(params string[] arguments)
    {
        ProcessStartInfo start = CliProgram.Start(arguments);
        start.WorkingDirectory = Folder.Path;
        start.StandardOutputEncoding = Encoding.UTF8;
        using Process process = Process.Start(start)!;
        Task<string> error = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output, error.Result);
    }

    /// <summary>The warnings in a report.</summary>
    public (string Code, long Count, string Message)[] ReportWarnings(string name = "report.json")
    {
        JsonElement run = JsonDocument.Parse(File.ReadAllText(Folder.File(name))).RootElement.GetProperty("run");
        return run.TryGetProperty("warnings", out JsonElement warnings)
            ? [.. warnings.EnumerateArray().Select(each => (each.GetProperty("code").GetString()!, each.GetProperty("count").GetInt64(),
                each.GetProperty("message").GetString()!))]
            : [];
    }

    public void Dispose() => Folder.Dispose();

    /// <summary>Does something as on a computer of another country: with its marks in numbers.</summary>
    public static void In(string culture, Action action)
    {
        CultureInfo before = CultureInfo.CurrentCulture;
        var other = (CultureInfo)CultureInfo.InvariantCulture.Clone();   // the tests know no real one
        (other.NumberFormat.NumberDecimalSeparator, other.NumberFormat.NumberGroupSeparator) = (",", culture == "fr-FR" ? "\u202F" : ".");
        try
        {
            CultureInfo.CurrentCulture = other;
            action();
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }
}
