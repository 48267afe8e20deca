using System.Globalization;
using AgentSim.Routing;
using AgentSim.Simulation;
using AgentSim.Sweeps;

namespace AgentSim.Capacity;

/// <summary>The search in one configuration, and its answer.</summary>
internal sealed class CapacityCase
{
    private readonly CapacityQuestion _question;
    private readonly SweepPoint _configuration;
    private readonly CacheBounds? _cache;
    private readonly CapacityRange _range;
    private readonly CapacitySearch? _search;   // null: there are no limits, only a curve
    private readonly SortedDictionary<int, CapacityPoint> _points = [];

    public CapacityCase(CapacityQuestion question, SweepPoint configuration, CacheBounds? cache)
    {
        (_question, _configuration, _cache) = (question, configuration, cache);
        _range = question.RangeFor(configuration.Workload, configuration.Settings, cache);
        _search = question.Limits.Count > 0 ? new CapacitySearch(_range, question.IsMoreBetter) : null;
    }

    /// <summary>The numbers of the values that were replayed, ascending.</summary>
    public IEnumerable<int> Indexes => [.. _points.Keys];

    public CapacityPoint this[int index] => _points[index];

    /// <summary>The numbers of the values to replay now; empty: there are enough.</summary>
    /// <param name="isFirst">Whether nothing was replayed yet.</param>
    public IReadOnlyList<int> Next(bool isFirst)
    {
        IEnumerable<int> searched = _search?.Next() ?? [];
        return isFirst && _cache is not null ? [.. searched.Union(CacheCurve.SizesIn(_range)).Order()] : [.. searched];
    }

    /// <summary>Whether there are so many values that not all are replayed.</summary>
    public bool IsSearched => _search is not null && !_range.IsEvaluatedWhole;

    /// <summary>How many values there are.</summary>
    public int Count => _range.Count;

    public double ValueOf(int index) => _range[index];

    public IEnumerable<SweepPoint> PointsOf(int index) => CapacityPoints.Of(_configuration, _question, _range[index]);

    public ReplaySettings SettingsOf(int index) => PointsOf(index).First().Settings;

    public void Add(int index, CapacityPoint point)
    {
        _points[index] = point;
        _search?.Add(index, point.Outcome);
    }

    public void MarkFront(int index) => _points[index] = _points[index] with { IsOnFront = true };

    /// <summary>What came out.</summary>
    public CapacityAnswer Answer(int parallel, CancellationToken cancellation)
    {
        CapacityPoint? found = PointAt(_search?.Answer), below = PointAt(_search?.OneStepBelow), judged = found ?? below;
        ReplaySettings settings = _configuration.Settings;
        (CapacityVerdict verdict, string reason) = _search is null ? CapacityJudge.OfCurve(settings, [.. _points.Values])
            : CapacityJudge.Of(settings, found, below);
        var answer = new CapacityAnswer
        {
            Configuration = Describe(settings),
            Target = _question.Target,
            Answer = found?.Value,
            Verdict = verdict,
            Reason = reason,
            Timing = RunTiming.Describe(settings, RunTiming.Of(settings.Calibration, null)),
            Exhaustive = _range.IsEvaluatedWhole && _search is not null,
            Minimum = _range[0],
            Maximum = _range[_range.Count - 1],
            Limits = judged?.Limits ?? [],
            BindingMetric = judged?.Binding?.Metric,
            FailsBelow = found is not null && below is { Outcome: not CapacityOutcome.Passed } ? CapacityText.Failure(below) : null,
            Breaks = [.. _search?.Breaks.Select(index => _range[index]) ?? []],
            GpusPerWorkerSource = CapacityCosts.SourceOf(settings),
            GpuPricePerHour = _question.GpuPricePerHour,
            Points = [.. _points.Values],
            Cache = _cache is null ? null : CacheCurve.Of(_cache, settings, _question, [.. _points.Values], parallel, cancellation),
            Warnings = [.. Warnings(judged)],
        };
        if (found is null) return answer;
        ReplaySettings at = SettingsOf(_search!.Answer!.Value);
        return CapacityCosts.With(answer with { Workers = CapacityCosts.WorkersOf(at), Gpus = CapacityCosts.GpusOf(at) }, found,
            _question.GpuPricePerHour);
    }

    private CapacityPoint? PointAt(int? index) => index is { } known ? _points[known] : null;

    private IEnumerable<string> Warnings(CapacityPoint? judged)
    {
        bool limitsTimes = _question.Limits.Any(limit => !limit.Metric.EndsWith("prefix_cache_reused_ratio", StringComparison.Ordinal));
        if (_cache is not null && limitsTimes && _configuration.Settings.Calibration is null)
            yield return "in the built-in timing a decode step takes what the share of the KV blocks in use says, so that more blocks "
                + "alone make it shorter; times over KV blocks need a timing profile";
        if (judged?.Problem is { } problem) yield return problem;
        foreach (string warning in judged?.Rows.Select(row => row.Warnings).OfType<string>().Distinct() ?? []) yield return warning;
    }

    // Without the value that is looked for.
    private string Describe(ReplaySettings settings)
    {
        SweepRow row = new(0, settings, new SweepOutcome([]), isResumed: false);
        List<string> parts = [row.PrefillEngine is null || row.PrefillEngine == row.Engine ? row.Engine
            : $"{row.PrefillEngine} and {row.Engine}"];
        if (settings.Pools is { } pools)
            parts.Add(string.Create(CultureInfo.InvariantCulture, $"{pools.PrefillWorkers} prefill workers"));
        if (_question.Target != CapacityTarget.Workers)
            parts.Add(string.Create(CultureInfo.InvariantCulture, $"{row.Workers} worker{(row.Workers == 1 ? "" : "s")}"));
        parts.Add(row.RouterMode == RouterMode.KvRouter ? "kv_router" : "round_robin");
        if (row.RouterConfig != RouterSettings.Default.ToString()) parts.Add(row.RouterConfig);
        if (row.Concurrency is { } sessions) parts.Add(string.Create(CultureInfo.InvariantCulture, $"concurrency {sessions}"));
        if (row.ArrivalSpeedupRatio != 1.0)
            parts.Add(string.Create(CultureInfo.InvariantCulture, $"speed-up {row.ArrivalSpeedupRatio}"));
        if (row.Knobs.Length > 0) parts.Add(row.Knobs);
        return string.Join(", ", parts);
    }
}
