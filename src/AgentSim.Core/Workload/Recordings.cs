using System.Globalization;
using AgentSim.Imports;
using AgentSim.Traces;

namespace AgentSim.Workload;

/// <summary>Recordings of other programs as a workload: imported, lowered and not written in between.</summary>
internal static class Recordings
{
    /// <summary>Reads recordings of one format.</summary>
    public static ReplayWorkload Load(IReadOnlyList<string> paths, string format, WorkloadOptions options, IProgress<long>? progress,
        CancellationToken cancellation)
    {
        ImportOptions how = options.Import with { Format = format, Model = options.Model, TraceBlockSize = options.TraceBlockSize
            ?? options.Import.TraceBlockSize };
        IReadOnlyList<string> files = LogImport.Files(paths, how);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        InputDigests inputs = InputDigests.Start(files, stop.Token);
        try
        {
            LogImport import = LogImport.Read(paths, how, null, progress, cancellation);
            foreach (RunWarning warning in import.Summary.Warnings) options.OnWarning?.Invoke(warning);
            ReplayWorkload workload = WorkloadLoader.FromTrace(lowering =>
            {
                foreach (TraceRecord record in import.Records(cancellation)) lowering.Add(record);
            }, options with { TraceBlockSize = null, Model = null, OnWarning = null }, inputs, torn: null, cancellation);
            (workload.Columns.Import, workload.Columns.Model) = (Provenance(import.Summary, how), options.Model);
            return workload;
        }
        catch
        {
            stop.Cancel();   // nobody will ask for the digests
            throw;
        }
    }

    // What the numbers of a report rest on, beside the files.
    private static Dictionary<string, object?> Provenance(ImportSummary summary, ImportOptions how) => new()
    {
        ["formats"] = string.Join("; ", summary.Formats.Select(format => $"{format.Name} {string.Join(", ", format.Versions)}".TrimEnd())),
        ["requests"] = summary.Requests,
        ["tool_calls"] = summary.Tools,
        ["prompt_tokens"] = summary.PromptTokens,
        ["new_prompt_tokens"] = summary.NewPromptTokens,
        ["prefix"] = Counts(summary.Prefixes),
        ["output"] = Counts(summary.Outputs),
        ["times"] = Counts(summary.Times),
        ["left_out"] = summary.Dropped.ToDictionary(drop => drop.Name, drop => (object?)drop.Count),
        ["prefix_rule"] = how.Prefix.ToString().ToLowerInvariant(),
        ["max_idle_s"] = how.MaxIdleSeconds,
        ["max_tool_wait_s"] = how.MaxToolWaitSeconds,
        ["rebase"] = how.Start switch
        {
            SessionStart.Together => "together",
            SessionStart.Rate => string.Create(CultureInfo.InvariantCulture, $"rate={how.StartRate} seed={how.Seed}"),
            _ => "keep",
        },
        ["chars_per_token"] = how.CharactersPerToken,
        ["compaction"] = how.IncludesCompaction,
    };

    private static Dictionary<string, object?> Counts<T>(IReadOnlyDictionary<T, int> counts)
        where T : struct, Enum =>
        counts.OrderBy(pair => pair.Key).ToDictionary(pair => pair.Key.ToString().ToLowerInvariant(), pair => (object?)pair.Value);
}
