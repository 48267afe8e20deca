using System.Collections;
using System.Globalization;
using System.Text.Json;
using AgentSim.Metrics;

namespace AgentSim.Reports;

/// <summary>The settings of a run as lines of name and value; those within a group carry its name and a point before theirs.</summary>
internal static class FlatSettings
{
    /// <returns>In the order of <see cref="RunInfo.Settings"/>; a setting that is not set has an empty value.</returns>
    public static IReadOnlyList<KeyValuePair<string, string>> Of(RunInfo run)
    {
        var lines = new List<KeyValuePair<string, string>>();
        foreach ((string name, object? value) in run.Settings) Add(lines, name, value);
        return lines;
    }

    private static void Add(List<KeyValuePair<string, string>> lines, string name, object? value)
    {
        switch (value)
        {
            case IReadOnlyDictionary<string, object?> group:
                foreach ((string member, object? inner) in group) Add(lines, $"{name}.{member}", inner);
                break;
            case JsonElement { ValueKind: JsonValueKind.Object } element:
                foreach (JsonProperty member in element.EnumerateObject()) Add(lines, $"{name}.{member.Name}", member.Value);
                break;
            default:
                lines.Add(new(name, Text(value)));
                break;
        }
    }

    private static string Text(object? value) => value switch
    {
        null => "",
        bool flag => flag ? "true" : "false",
        JsonElement { ValueKind: JsonValueKind.Null } => "",
        JsonElement { ValueKind: JsonValueKind.String } element => element.GetString()!,
        JsonElement element => element.GetRawText(),
        string text => text,
        IEnumerable list => string.Join(", ", list.Cast<object?>().Select(Text)),
        _ => Convert.ToString(value, CultureInfo.InvariantCulture) ?? "",
    };
}
