using AgentSim.Simulation;

namespace AgentSim.Cli;

/// <summary>Options of a replay that were given and have no effect beside the others; what settings show by themselves, Core warns of.</summary>
internal static class IgnoredOptions
{
    private static readonly string[] OfTraces =
        ["--trace-format", "--trace-block-size", "--trace-shared-prefix-ratio", "--trace-num-prefix-groups", "--allow-cut", "--drop-sessionless"];

    public static IEnumerable<RunWarning> Find(ReplayArguments arguments)
    {
        if (arguments.RouterPolicyConfig is not null && arguments.RouterMode == RouterMode.RoundRobin)
            yield return Ignored("--router-policy-config", "with --router-mode round_robin; use kv_router");
        if (arguments.IsSynthetic)
        {
            string[] given = [.. OfTraces.Where(arguments.IsGiven)];
            if (given.Length > 0) yield return new RunWarning(WarningCodes.OptionIgnored, $"{string.Join(", ", given)} {(given.Length > 1 ? "have" : "has")} no effect with synthetic load, only with trace files");
            yield break;
        }

        if (arguments.IsGiven("--arrival-seed")) yield return Ignored("--arrival-seed", "with a trace file; it is for synthetic load");
    }

    private static RunWarning Ignored(string option, string why) => new(WarningCodes.OptionIgnored, $"{option} has no effect {why}");
}
