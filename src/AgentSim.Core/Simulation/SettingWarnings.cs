using AgentSim.Routing;
using AgentSim.Workload;

namespace AgentSim.Simulation;

/// <summary>What of the settings of a replay changes nothing, or hardly means what their author thinks.</summary>
public static class SettingWarnings
{
    /// <summary>The warnings, in the order of the settings; a replay reports them by itself.</summary>
    /// <param name="settings">Settings that passed <see cref="ReplayChecks.CheckSettings"/>.</param>
    /// <param name="synthetic">The synthetic load, if it is one.</param>
    public static IReadOnlyList<RunWarning> Of(ReplaySettings settings, SyntheticOptions? synthetic = null)
    {
        ArgumentNullException.ThrowIfNull(settings);
        return [.. settings.Warnings, .. OfEngines(settings), .. OfRouter(settings), .. OfLoad(settings, synthetic)];
    }

    private static IEnumerable<RunWarning> OfEngines(ReplaySettings settings)
    {
        bool hasRouter = settings.RouterMode == RouterMode.KvRouter;
        return settings.Pools is { } pools
            ? [.. pools.Prefill.Warnings(Setting.PrefillEngine, hasRouter), .. pools.Decode.Warnings(Setting.DecodeEngine, false)]
            : settings.Engine.Warnings(Setting.Engine, hasRouter);
    }

    private static IEnumerable<RunWarning> OfRouter(ReplaySettings settings)
    {
        if (settings.RouterMode == RouterMode.RoundRobin)
        {
            // The policy file may come from the environment, which is there for other runs, too.
            List<string> given = [];
            RouterSettings router = settings.Router.Settings with { RouterPolicyConfig = null };
            if (router != RouterSettings.Default) given.Add($"{Setting.RouterConfig} ({router})");
            if (settings.RouterSeed != ReplaySettings.DefaultRouterSeed) given.Add(Setting.RouterSeed);
            if (settings.ModelName is not null) given.Add(Setting.ModelName);
            if (given.Count > 0) yield return RunWarning.OptionIgnored(
                $"{string.Join(", ", given)} {(given.Count > 1 ? "have" : "has")} no effect with {Setting.RouterMode} " +
                    $"{Setting.RoundRobin}; use {Setting.KvRouter}");
            yield break;
        }

        foreach (RunWarning warning in settings.Router.Settings.Ignored(Setting.RouterConfig)) yield return warning;
        RouterPolicy? policy = settings.Router.Policy;
        if (settings.ModelName is { } model && policy?.Models.ContainsKey(model) != true)
        {
            yield return RunWarning.OptionIgnored($"{Setting.ModelName} {model} has no effect: " + (policy is null
                ? $"it selects a profile of {Setting.RouterPolicy}, and there is no policy file"
                : "the policy file has no profile of that " +
                $"name{(policy.Models.Count > 0 ? $" (it has {string.Join(", ", policy.Models.Keys)})" : "")}"));
        }

        bool setsQueue = settings.Router.QueueThreshold is not null || settings.Router.QueuePolicy != RouterConfig.Default.QueuePolicy;
        if (setsQueue && policy?.SelectProfile(settings.ModelName) is not null)
            yield return RunWarning.OptionIgnored(
                $"router_queue_threshold and router_queue_policy of {Setting.RouterConfig} have no effect: the policy file replaces them");
    }

    private static IEnumerable<RunWarning> OfLoad(ReplaySettings settings, SyntheticOptions? synthetic)
    {
        if (settings.Concurrency is not null && settings.ArrivalSpeedupRatio != 1.0)
            yield return RunWarning.OptionIgnored(
                $"{Setting.ArrivalSpeedupRatio} has no effect with {Setting.Concurrency}, which ignores arrival times");
        foreach (RunWarning warning in OfKnobs(settings)) yield return warning;
        if (synthetic is null) yield break;
        if (synthetic.SharedPrefixRatio > 0 != synthetic.NumPrefixGroups > 0)
            yield return RunWarning.OptionIgnored(
                $"{Setting.SharedPrefixRatio} and {Setting.PrefixGroups} have no effect by themselves: give both");
        if (synthetic.InterTurnDelayMs > 0 && synthetic.TurnsPerSession <= 1)
            yield return RunWarning.OptionIgnored(
                $"{Setting.InterTurnDelayMs} has no effect: sessions have one turn; see {Setting.TurnsPerSession}");
        if (synthetic.ArrivalSeed != new SyntheticOptions().ArrivalSeed && synthetic.RequestRate is null)
            yield return RunWarning.OptionIgnored($"{Setting.ArrivalSeed} has no effect without {Setting.RequestRate}");
    }

    private static IEnumerable<RunWarning> OfKnobs(ReplaySettings settings)
    {
        WorkloadKnobs knobs = settings.Knobs;
        if (settings.Concurrency is not null && knobs.TaskArrivalSpeedupRatio != 1.0)
            yield return RunWarning.OptionIgnored(
                $"{Setting.TaskArrivalSpeedupRatio} has no effect with {Setting.Concurrency}, which ignores arrival times");
        if (knobs.Copies != 1) yield break;
        var idle = new List<Term>();
        if (knobs.CopiesWindowSeconds is not null) idle.Add(Setting.CopiesWindowSeconds);
        if (knobs.CopiesShared is not null) idle.Add(Setting.CopiesShared);
        if (knobs.CopiesOffset != CopiesOffset.Window) idle.Add(Setting.CopiesOffset);
        if (knobs.CopiesSeed != WorkloadKnobs.DefaultCopiesSeed) idle.Add(Setting.CopiesSeed);
        if (idle.Count > 0) yield return RunWarning.OptionIgnored(
            $"{string.Join(", ", idle)} {(idle.Count > 1 ? "have" : "has")} no effect without {Setting.Copies}");
    }
}
