using System.Collections.Concurrent;
using AgentSim.Files;
using AgentSim.Metrics;
using AgentSim.Reports;
using AgentSim.Reports.Html;
using AgentSim.Simulation;
using AgentSim.Sweeps;

namespace AgentSim.Cli;

/// <summary>Where the rows of a sweep go, and how it runs.</summary>
internal sealed class SweepOutputs(OptionValues values)
{
    public static IReadOnlyList<OptionSpec> Options { get; } =
    [
        new("--jobs", "N", "Replays that run at the same time (default: as many as there are processors)"),
        new("--checkpoint", "PATH", "Keeps finished combinations in this file, and goes on from it"),
        new("--force", "", "Starts the checkpoint anew when it is of another sweep", OptionValue.None),
        new("--metric", "NAME...", "Metrics of the table, e.g. p99_ttft_ms; files have all", OptionValue.Many),
        new("--sort", "METRIC", "Orders the table by a metric, the best first"),
        new("--csv", "PATH", "Writes the rows as CSV, with all metrics"),
        new("--jsonl", "PATH", "Writes the rows as JSON lines, with all metrics"),
        new("--report-html", "PATH", $"Writes a page that compares the replays with the first, of up to {MostOnPage} combinations"),
    ];

    // More are columns that nobody can read, and as many requests in memory.
    private const int MostOnPage = 16;

    private readonly string? _html = values.Text("--report-html");
    private readonly ConcurrentDictionary<int, ReplayResult> _results = [];
    private readonly string? _csv = values.Text("--csv");
    private readonly string? _jsonl = values.Text("--jsonl");
    private readonly string? _sort = Known(values.Text("--sort"));
    private readonly IReadOnlyList<string> _metrics = values.Has("--metric")
        ? [.. values.All("--metric").Select(name => Known(name)!)]
        : SweepTable.DefaultMetrics;

    public string? Checkpoint { get; } = values.Text("--checkpoint");

    public bool Force { get; } = values.Has("--force");

    public int Jobs { get; } = values.Text("--jobs") is { } jobs
        ? Math.Max(1, KnobArguments.Count("--jobs", jobs))
        : Environment.ProcessorCount;

    /// <exception cref="AgentSimException">Options do not go together, or a file would replace another.</exception>
    public void Check(IEnumerable<string> inputs)
    {
        if (Force && Checkpoint is null) throw Errors.OptionsConflict.Error("--force is for a checkpoint; give --checkpoint, too");
        if (_html is not null && Checkpoint is not null)
        {
            throw Errors.OptionsConflict.Error(
                "--report-html needs all of every replay, and a checkpoint keeps its metrics alone; leave out --checkpoint");
        }

        OutputFiles.Check(inputs, ("--csv", _csv), ("--jsonl", _jsonl), ("--report-html", _html), ("--checkpoint", Checkpoint));
    }

    /// <summary>The replays of the sweep, whose results are kept where the page needs them.</summary>
    /// <exception cref="AgentSimException">There are more than a page compares.</exception>
    public SweepPoint[] Keep(SweepPoint[] points)
    {
        if (_html is null) return points;
        if (points.Length > MostOnPage)
        {
            throw Errors.OptionsConflict.Error(
                $"--report-html compares up to {MostOnPage} replays, and these are {points.Length}; give fewer values, or --csv");
        }

        return [.. points.Select((point, index) => point with { OnResult = result => _results[index] = result })];
    }

    /// <summary>Writes files, then the table.</summary>
    public void Write(IReadOnlyList<SweepRow> rows, CancellationToken cancellation)
    {
        if (_csv is not null) AtomicFile.Write(_csv, stream => SweepFile.WriteCsv(stream, rows));
        if (_jsonl is not null) AtomicFile.Write(_jsonl, stream => SweepFile.WriteJsonl(stream, rows));
        // What could not be replayed has no column.
        ReportedRun[] runs = [.. _results.OrderBy(result => result.Key).Select(result => new ReportedRun(result.Value))];
        if (_html is not null && runs.Length > 0) AtomicFile.Write(_html, stream => HtmlReport.Write(stream, runs, cancellation));
        Output.Write(SweepTable.Render(Sorted(rows), _metrics));
    }

    // Rows without numbers are infinitely bad, so that they come last either way.
    private IReadOnlyList<SweepRow> Sorted(IReadOnlyList<SweepRow> rows)
    {
        if (_sort is null) return rows;
        bool isHigher = MetricNames.Of(_sort) == MetricDirection.Higher;
        return [.. rows.OrderBy(row => row.Error is not null).ThenBy(row => isHigher
            ? -(row[_sort] ?? double.NegativeInfinity)
            : row[_sort] ?? double.PositiveInfinity)];
    }

    private static string? Known(string? metric)
    {
        if (metric is not null) MetricNames.Require(metric);
        return metric;
    }
}
