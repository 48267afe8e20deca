using AgentSim.Simulation;

namespace AgentSim.Cli;

/// <summary>Options of a replay that were given and have no effect beside the others; what settings show by themselves, Core warns
/// of.</summary>
internal static class IgnoredOptions
{
    private static readonly Term[] OfTraces =
        [Setting.TraceFormat, Setting.TraceBlockSize, Setting.TraceSharedPrefixRatio, Setting.TracePrefixGroups, Setting.AllowCut,
            Setting.AllowTorn, Setting.DropSessionless];

    public static IEnumerable<RunWarning> Find(ReplayArguments arguments)
    {
        if (arguments.RouterPolicyConfig is not null && arguments.RouterMode == RouterMode.RoundRobin)
            yield return Ignored($"{Setting.RouterPolicy} has no effect with {Setting.RouterMode} {Setting.RoundRobin}; " +
                $"use {Setting.KvRouter}");
        if (arguments.IsSynthetic)
        {
            string[] given = [.. OfTraces.Where(term => arguments.IsGiven(OptionNames.Wording.Of(term))).Select(term => term.ToString())];
            if (given.Length > 0)
                yield return Ignored($"{string.Join(", ", given)} {(given.Length > 1 ? "have" : "has")} no effect with synthetic " +
                    "load, only with trace files");
            yield break;
        }

        if (arguments.IsGiven(OptionNames.Wording.Of(Setting.ArrivalSeed)))
            yield return Ignored($"{Setting.ArrivalSeed} has no effect with a trace file; it is for synthetic load");
    }

    private static RunWarning Ignored(string sentence) => new(WarningCodes.OptionIgnored, sentence);
}
