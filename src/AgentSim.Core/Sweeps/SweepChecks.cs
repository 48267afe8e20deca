using AgentSim.Rows;
using AgentSim.Simulation;
using AgentSim.Workload;

namespace AgentSim.Sweeps;

/// <summary>What a sweep refuses and warns of, before it runs and of its rows.</summary>
public static class SweepChecks
{
    /// <summary>
    /// Checks all combinations. Some of a grid may make no sense, and their rows say so; when none does, the call is wrong.
    /// </summary>
    /// <param name="points">The combinations, at least one.</param>
    /// <param name="format">Format of the workload; null for synthetic load.</param>
    /// <returns>Those that can be replayed.</returns>
    /// <exception cref="AgentSimException">The fault of the first, when all have one.</exception>
    public static IReadOnlyList<ReplaySettings> Usable(IReadOnlyList<ReplaySettings> points, TraceFormat? format)
    {
        ArgumentNullException.ThrowIfNull(points);
        AgentSimException? first = null;
        var usable = new List<ReplaySettings>();
        foreach (ReplaySettings settings in points)
        {
            try
            {
                ReplayChecks.CheckSettings(settings, format);
                usable.Add(settings);
            }
            catch (AgentSimException fault)
            {
                first ??= fault;
            }
        }

        return usable.Count > 0 ? usable : throw first!;
    }

    /// <summary>What a replay of a point would refuse before it looks at the workload; null: nothing.</summary>
    internal static AgentSimException? Fault(SweepPoint point)
    {
        try
        {
            ReplayChecks.CheckSettings(point.Settings, point.Workload.Format);
            return null;
        }
        catch (AgentSimException fault)
        {
            return fault;
        }
    }

    /// <summary>What has no effect in any combination: beside a KV router, round robin needs no router settings.</summary>
    /// <param name="points">Combinations that can be replayed.</param>
    /// <param name="synthetic">The synthetic load, if it is one.</param>
    public static IEnumerable<RunWarning> Warnings(IReadOnlyList<ReplaySettings> points, SyntheticOptions? synthetic)
    {
        ArgumentNullException.ThrowIfNull(points);
        if (points.Count == 0) return [];
        return points.Skip(1).Aggregate(
            (IEnumerable<RunWarning>)SettingWarnings.Of(points[0], synthetic),
            (common, point) => common.Intersect(SettingWarnings.Of(point, synthetic)));
    }

    /// <summary>Why a row has no numbers; null when it has. Such a row must not be found the best by what sorts or filters rows.</summary>
    /// <param name="row">A row.</param>
    public static AgentSimException? FaultOf(SweepRow row)
    {
        ArgumentNullException.ThrowIfNull(row);
        if (row.Error is { } error) return (Errors.Find(row.ErrorId) ?? Errors.ReportInvalid).Error(
            $"combination {row.Index} ({row}) could not be replayed: {row.ErrorTemplate ?? error}");
        if (row.CompletedRequests > 0) return null;
        string reason = row.CutOffRequests > 0 ? $"; {Setting.MaxSimTimeSeconds} cut {row.CutOffRequests} off" : "";
        return Errors.SweepPointEmpty.Error($"combination {row.Index} ({row}) completed no request, so that it has no metrics{reason}");
    }
}
