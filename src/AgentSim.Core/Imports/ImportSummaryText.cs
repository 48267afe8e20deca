using System.Globalization;
using System.Text;

namespace AgentSim.Imports;

/// <summary>The summary of an import in a few lines for a person.</summary>
internal static class ImportSummaryText
{
    public static string Of(ImportSummary summary)
    {
        var text = new StringBuilder();
        string formats = string.Join("; ", summary.Formats.Select(format => format.Versions.Count == 0 ? format.Title
            : $"{format.Title} {Versions(format.Versions)}"));
        string sessions = summary.Sessions + summary.SubAgents == 0 ? ""
            : $"{Count(summary.Sessions, "session")}, {Count(summary.SubAgents, "sub-agent")}, ";
        Line($"{(formats.Length > 0 ? formats : "Nothing")}: {sessions}{Count(summary.Requests, "request")}, " +
            $"{Count(summary.Tools, "tool call")}");
        if (summary.Requests > 0)
        {
            Line($"  prompts   {Number(summary.PromptTokens)} tokens as reported; {Percent(summary.ContinuedShare)} go on from an " +
                $"earlier prompt ({List(summary.Prefixes, Word)})");
            Line($"  outputs   {Number(summary.OutputTokens)} tokens; {List(summary.Outputs, Word)}");
            Line($"  times     {List(summary.Times, Word)}");
            if (summary.Models.Count > 1)
                Line("  models    "
                    + string.Join(", ", summary.Models.Select(model =>
                        $"{Quote.Plain(model.Model ?? "(none)")} {Number(model.Requests)}")));
        }

        if (summary.CutPauses + summary.CutToolWaits > 0)
            Line($"  shortened {Count(summary.CutPauses, "pause")}, {Count(summary.CutToolWaits, "wait")} for tools");
        if (summary.Dropped.Count > 0)
            Line($"  left out  {string.Join("; ", summary.Dropped.Select(drop => $"{drop.Text}: {Number(drop.Count)}"))}");
        foreach (string example in summary.Dropped.SelectMany(drop => drop.Examples)) Line($"            {example}");
        foreach (string file in summary.FilesWithoutRequests) Line($"  empty     {file}");
        if (summary.FilesPassedOver.Count > 0)
            Line($"  passed over {Count(summary.FilesPassedOver.Count, "file")} that " +
                $"{(summary.FilesPassedOver.Count == 1 ? "is no recording" : "are no recordings")}");
        return text.ToString().TrimEnd('\n');

        void Line(string line) => text.Append(line).Append('\n');
    }

    public static string Name(PrefixOrigin origin) => origin.ToString().ToLowerInvariant();

    private static string Word(PrefixOrigin origin) => origin switch
    {
        PrefixOrigin.None => "share nothing", PrefixOrigin.Recorded => "recorded ids", PrefixOrigin.Chain => "chain",
        PrefixOrigin.Pool => "common beginning only", _ => "cached counts",
    };

    private static string Word(OutputOrigin origin) => origin == OutputOrigin.Reported ? "reported" : "estimated";

    private static string Word(TimeOrigin origin) => origin switch
    {
        TimeOrigin.Recorded => "recorded", TimeOrigin.Derived => "derived from the times of rows", _ => "estimated",
    };

    private static string List<T>(IReadOnlyDictionary<T, int> counts, Func<T, string> word)
        where T : struct, Enum =>
        string.Join(", ", counts.OrderBy(pair => pair.Key).Select(pair => $"{Number(pair.Value)} {word(pair.Key)}"));

    private static string Versions(IReadOnlyList<string> versions) =>
        versions.Count <= 4 ? string.Join(", ", versions) : $"{versions[0]} to {versions[^1]}";

    private static string Count(long number, string thing) => $"{Number(number)} {thing}{(number == 1 ? "" : "s")}";

    private static string Number(long number) => number.ToString("N0", CultureInfo.InvariantCulture);

    private static string Percent(double share) => (share * 100).ToString("0.0", CultureInfo.InvariantCulture) + " %";
}
