using System.Globalization;
using AgentSim.Engines;
using AgentSim.Rows;
using AgentSim.Workload;

namespace AgentSim.Simulation;

/// <summary>What a replay refuses before it starts, in the order of behaviour 04#11.2.</summary>
public static class ReplayChecks
{
    private static ErrorCode InvalidId => Errors.ReplaySettingsInvalid;

    /// <summary>The checks that need no workload. A replay makes them itself; made earlier, they save reading the trace.</summary>
    /// <param name="settings">The settings.</param>
    /// <param name="format">The format of the workload; null for synthetic load.</param>
    /// <exception cref="AgentSimException">The first rule broken.</exception>
    public static void CheckSettings(ReplaySettings settings, TraceFormat? format)
    {
        ArgumentNullException.ThrowIfNull(settings);
        CheckBound(Setting.MaxSimTimeSeconds, settings.MaxSimTimeMs / 1000.0);
        CheckBound(Setting.SlaTtftMs, settings.ServiceLevel?.TtftMs);
        CheckBound(Setting.SlaItlMs, settings.ServiceLevel?.ItlMs);
        CheckBound(Setting.SlaE2eMs, settings.ServiceLevel?.E2eMs);
        if (settings.Concurrency < 1) throw Invalid($"{Setting.Concurrency} must be at least 1 (is {settings.Concurrency})");
        if (format == TraceFormat.AppliedComputeAgentic && settings.Concurrency is null)
            throw Invalid($"the trace format {TraceFormat.AppliedComputeAgentic.Term()} needs {Setting.Concurrency}, because its " +
                "sessions have no start times");

        if (settings.Pools is { } pools) PoolChecks.Check(pools, format);
        else CheckWorkers(settings);
        if (format == TraceFormat.AgenticMooncake) CheckAgentic(settings);
        if (!(settings.ArrivalSpeedupRatio > 0.0) || !double.IsFinite(settings.ArrivalSpeedupRatio))
            throw Invalid($"{Setting.ArrivalSpeedupRatio} must be finite and more than 0 (is {Text(settings.ArrivalSpeedupRatio)})");

        KnobChecks.CheckSettings(settings.Knobs, format, settings.Concurrency);
        if (settings.RouterMode == RouterMode.KvRouter) settings.Router.CheckRunnable(Setting.RouterConfig);
    }

    /// <summary>All checks, as a replay makes them.</summary>
    internal static void Check(ReplayWorkload workload, ReplaySettings settings)
    {
        CheckSettings(settings, workload.Format);
        if (workload.Synthetic is { } synthetic) CheckLoadControl(synthetic, settings.Concurrency is not null);
        if (workload.IsAgentic) CheckAgentic(settings);
        else CheckArrivals(workload.Columns, settings.Concurrency is not null || settings.Knobs.ConcurrentTasks is not null,
            settings.ArrivalSpeedupRatio);
    }

    private static void CheckWorkers(ReplaySettings settings)
    {
        long targets = settings.Workers * settings.Engine.DpSize;
        if (settings.RouterMode == RouterMode.KvRouter && targets <= 1)
            throw Invalid($"{Setting.RouterMode} {Setting.KvRouter} needs more than one target to choose from (workers times dp_size is " +
                $"{targets}); raise {Setting.Workers} or use {Setting.RoundRobin}");
        if (settings.Workers < 1) throw Invalid($"{Setting.Workers} must be at least 1 (is {settings.Workers})");
        if (settings.Engine.WorkerType != WorkerType.Aggregated)
            throw Invalid($"{Setting.Engine}: worker_type must be aggregated, unless there are separate pools");
        settings.Engine.CheckRunnable(Setting.Engine);
    }

    private static void CheckLoadControl(SyntheticOptions synthetic, bool closedLoop)
    {
        int controls = (synthetic.RequestRate is not null ? 1 : 0) + (synthetic.ArrivalIntervalMs is not null ? 1 : 0)
            + (closedLoop ? 1 : 0);
        if (controls != 1) throw Invalid(
            $"synthetic load needs exactly one of {Setting.RequestRate}, {Setting.ArrivalIntervalMs} and " +
                $"{Setting.Concurrency} ({controls} given)");
    }

    private static void CheckArrivals(WorkloadColumns load, bool closedLoop, double ratio)
    {
        double origin = load.FirstArrival.DefaultIfEmpty().Min();
        for (int session = 0; session < load.FirstArrival.Length; session++)
        {
            double arrival = load.FirstArrival[session];
            if (!closedLoop && double.IsFinite(arrival) && !double.IsFinite((arrival - origin) / ratio))
                throw load.Fault(load.SessionStart[session], InvalidId,
                    $"session {Quote.Of(load.SessionNames[session])} starts at {Text(arrival)} ms, which divided by {Text(ratio)} is no " +
                        $"finite time; give a larger {Setting.ArrivalSpeedupRatio}, or smaller times");
            if (closedLoop ? arrival < 0 : !double.IsFinite(arrival))
            {
                throw load.Fault(load.SessionStart[session], InvalidId, double.IsNaN(arrival)
                    ? $"session {Quote.Of(load.SessionNames[session])} has no start time; give its first turn a timestamp or " +
                    $"set {Setting.Concurrency}"
                    : $"session {Quote.Of(load.SessionNames[session])} starts at {Text(arrival)} ms; start times must be finite and, " +
                    $"with {Setting.Concurrency}, not negative");
            }
        }
    }

    private static void CheckAgentic(ReplaySettings settings)
    {
        if (RuntimeRules.RefusesAgentic(settings)) throw PoolChecks.AgenticRefused();
        if (settings.Concurrency is not null)
            throw Invalid($"an agentic trace cannot be replayed with {Setting.Concurrency}; its dependencies decide when requests start");
    }

    private static void CheckBound(string option, double? value)
    {
        if (value is { } bound && (!double.IsFinite(bound) || bound < 0.0))
            throw Invalid($"{option} must be finite and not negative (is {Text(bound)})");
    }

    private static string Text(double value) => value.ToString(CultureInfo.InvariantCulture);

    private static AgentSimException Invalid(string message) => InvalidId.Error(message);
}
