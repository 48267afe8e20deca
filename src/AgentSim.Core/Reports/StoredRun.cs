using System.Globalization;
using AgentSim.Collections;
using AgentSim.Engines;
using AgentSim.Files;
using AgentSim.Metrics;
using AgentSim.Prompts;
using AgentSim.Recording;
using AgentSim.Simulation;
using AgentSim.Statistics;
using AgentSim.Workload;

namespace AgentSim.Reports;

/// <summary>
/// A run from the files that it left: its report and, if it was kept, its request log. It has no gaps between tokens, no waits and no
/// tasks, which are in neither; a warning of the run says so.
/// </summary>
public static class StoredRun
{
    private const int MostRequests = 1 << 25;
    private const int MostWorkers = 1 << 20;

    /// <summary>Reads a run.</summary>
    /// <param name="report">The report file.</param>
    /// <param name="log">Its request log; null: there is none.</param>
    /// <param name="cancellation">Ends the reading.</param>
    /// <exception cref="AgentSimException">A file cannot be read or is of another kind, or the log is of another run.</exception>
    public static ReplayResult Read(string report, string? log = null, CancellationToken cancellation = default)
    {
        StoredReport stored = StoredReport.Read(report);
        List<RequestResult> requests = log is null ? [] : ReadLog(log, cancellation);
        ReplayReport summary = StoredSummary.Of(stored);
        if (log is not null) CheckSame(report, summary, log, requests);
        RunInfo run = stored.Run ?? new RunInfo("", [], new Dictionary<string, object?>(), 0);
        string missing = log is null ? "its requests are not there, since no request log was given; plots and lanes show none"
            : "its gaps between tokens, waits and tasks are not there, since request logs do not have them";
        run = run with
        {
            Warnings = (RunWarning[])
            [
                .. run.Warnings, new RunWarning(WarningCodes.RunStored, $"the run comes from files: {missing}"),
            ],
        };
        ReplaySettings settings = Settings(run, requests);
        return new ReplayResult(summary, requests, run, settings)
        {
            Origin = (Load(requests), settings),
            Gaps = new GapStatistics(),
        };
    }

    private static List<RequestResult> ReadLog(string log, CancellationToken cancellation)
    {
        var requests = new List<RequestResult>();
        var ordinals = new HashSet<int>();
        using var lines = new LineReader(log, null, cancellation);
        while (lines.Read())
        {
            if (requests.Count == 0 && !RequestLogReader.IsRecord(lines.Line))
            {
                throw Errors.RequestRecordInvalid.At(log, lines.LineNumber,
                    $"this is no record of a request; name a request log as {Setting.RequestLogWriter} writes it");
            }

            RequestResult request = RequestLogReader.Parse(lines.Line, requests.Count + 1, log, lines.LineNumber,
                static time => time < 0.0 ? "times of a replay are not negative" : null);
            if (Problem(request) is { } problem) throw Errors.RequestRecordInvalid.At(log, lines.LineNumber, problem);
            requests.Add(request);
        }

        return requests;

        string? Problem(RequestResult request)
        {
            if (!ordinals.Add(request.Ordinal)) return "the request has a record already; give the log of one run";
            // Both are sizes of tables that a line of a hundred bytes must not decide.
            if (request.Ordinal > MostRequests) return $"its uuid says request {request.Ordinal}; a page has at most {MostRequests}";
            int worker = Math.Max(request.DecodeWorkerIdx ?? 0, request.PrefillWorkerIdx ?? 0);
            return worker < MostWorkers ? null : $"its worker is {worker}; a page has at most {MostWorkers}";
        }
    }

    // Times and tokens are the same in both files to the last digit.
    private static void CheckSame(string report, ReplayReport summary, string log, List<RequestResult> requests)
    {
        RequestResult[] completed = [.. requests.Where(request => request.TerminalStatus == TerminalStatus.Completed)];
        Check(completed.Length == summary.CompletedRequests, $"{completed.Length} requests completed", $"{summary.CompletedRequests}");
        if (completed.Length == 0) return;
        long tokens = completed.Sum(request => (long)request.OutputLength);
        Check(tokens == summary.TotalOutputTokens, $"requests produced {tokens} tokens", $"{summary.TotalOutputTokens}");
        double end = completed.Max(request => request.TerminalTimeMs);
        Check(Math.Abs(end - summary.DurationMs) <= 1e-9 * end, string.Create(CultureInfo.InvariantCulture,
            $"the last request completed at {end} ms"), summary.DurationMs.ToString(CultureInfo.InvariantCulture));

        void Check(bool isSame, string here, string there)
        {
            if (isSame) return;
            throw Errors.RequestLogOther.At(log, 0, $"{here}, in {report} {there}; give the request log that was written with it");
        }
    }

    // What results of workers and pages ask: how many workers there are, what bounds latencies had to keep.
    private static ReplaySettings Settings(RunInfo run, List<RequestResult> requests)
    {
        int decode = requests.Max(request => request.DecodeWorkerIdx) + 1 ?? 0, prefill = requests.Max(request => request.PrefillWorkerIdx)
            + 1 ?? 0;
        var settings = new ReplaySettings
        {
            RunName = run.Name,
            Concurrency = run.Settings.GetValueOrDefault("replay_concurrency") as int?,
            ServiceLevel = new ServiceLevel(Bound("sla_ttft_ms"), Bound("sla_itl_ms"), Bound("sla_e2e_ms")) is { IsEmpty: false } level
                ? level : null,
        };
        return prefill == 0 && Workers("num_prefill_workers") == 0
            ? settings with { Workers = Math.Max(1, Math.Max(decode, Workers("num_workers"))) }
            : settings with
            {
                Pools = new PoolSettings(EngineConfig.Default, EngineConfig.Default, Math.Max(prefill, Workers("num_prefill_workers")),
                    Math.Max(decode, Workers("num_decode_workers"))),
            };

        int Workers(string name) => run.Settings.GetValueOrDefault(name) is int count and >= 0 and < MostWorkers ? count : 0;

        double? Bound(string name) => run.Settings.GetValueOrDefault(name) switch
        {
            double bound => bound,
            int bound => bound,
            long bound => bound,
            _ => null,
        };
    }

    // The sessions of the records; where they name none, as those of single workers, every request is by itself.
    private static WorkloadColumns Load(List<RequestResult> requests)
    {
        int count = requests.Count == 0 ? 0 : requests.Max(request => request.Ordinal);
        bool hasSessions = requests.Exists(request => request.SessionId is not null);
        var names = new NameTable();
        var sessionOf = new int[count];
        var trie = new PromptTrie();
        trie.Seal();
        foreach (RequestResult request in requests)
            sessionOf[request.Ordinal - 1] = names.GetOrAdd(request.SessionId ?? $"request {request.Ordinal}", out _);
        names.Seal();
        return new WorkloadColumns
        {
            Format = null,
            TraceBlockSize = 1,
            Inputs = [],
            Synthetic = hasSessions ? null : new SyntheticOptions(),
            Trie = trie,
            PathStart = [],
            PathEnd = [],
            InputLength = new int[count],
            OutputLength = [],
            AuthoredOutput = null,
            QueueAttributes = null,
            SessionNames = names,
            SessionOf = sessionOf,
            Delay = new double[count],
        };
    }
}
