using System.Text;
using System.Text.RegularExpressions;

namespace AgentSim.Json;

/// <summary>What tables of options say, for people: the rows that have an effect, and then those without.</summary>
internal static partial class OptionHelp
{
    private const string NoEffect = "No effect on a replay; checked and kept";

    /// <summary>Two lines for each option: its name, what it may be, its default and its engines; what it is for.</summary>
    public static string Text<T>(JsonOptionsTable<T> table, T defaults)
    {
        StringBuilder text = new();
        foreach (OptionRow<T> row in table.Rows.Where(row => !row.IsInert)) Add(text, row, defaults);
        text.Append($"\n{NoEffect}:\n");
        foreach (OptionRow<T> row in table.Rows.Where(row => row.IsInert)) Add(text, row, defaults);
        return text.ToString();
    }

    /// <summary>A table in Markdown for the options with an effect, and one for the others.</summary>
    public static string Markdown<T>(JsonOptionsTable<T> table, T defaults)
    {
        StringBuilder text = new();
        Add(text, table.Rows.Where(row => !row.IsInert), defaults);
        text.Append($"\n{NoEffect}:\n\n");
        Add(text, table.Rows.Where(row => row.IsInert), defaults);
        return text.ToString();
    }

    /// <summary>An option as the help of a parameter says it, in one line: with parameters in place of the names of JSON.</summary>
    public static string Parameter<T>(OptionRow<T> row, JsonOptionsTable<T> table, T defaults)
    {
        string help = JsonName().Replace(row.Help, name =>
            table.Rows.FirstOrDefault(other => other.Name == name.Value) is { ValueType: not null } other ? "-" + other.Parameter
                : name.Value);
        Type type = Nullable.GetUnderlyingType(row.ValueType!) ?? row.ValueType!;
        string values = type.IsEnum ? string.Join(", ", Enum.GetNames(type)) : Values(row with { Null = null });
        string byDefault = type.IsEnum && row.Get!(defaults) is { } choice ? choice.ToString()! : row.DefaultIn(defaults);
        string none = row.Null is { } meaning && meaning != byDefault ? $" `$null` means {meaning}." : "";
        string engines = row.Engines.Count > 0 ? $" {string.Join(", ", row.Engines)} only." : "";
        return $"{help} Values: {values}. Default: {byDefault}.{none}{engines}{(row.IsInert ? " No effect on a replay." : "")}";
    }

    [GeneratedRegex("[a-z][a-z0-9]*(?:[._][a-z0-9]+)+")]
    private static partial Regex JsonName();

    private static void Add<T>(StringBuilder text, OptionRow<T> row, T defaults)
    {
        string engines = row.Engines.Count > 0 ? $"; {string.Join(", ", row.Engines)} only" : "";
        string byDefault = row.Get is null ? "" : $"; default {row.DefaultIn(defaults)}";
        text.Append($"  {row.Name}: {Values(row)}{byDefault}{engines}\n      {row.Help}\n");
    }

    private static void Add<T>(StringBuilder text, IEnumerable<OptionRow<T>> rows, T defaults)
    {
        text.Append("| name | values | default | engines | meaning |\n|---|---|---|---|---|\n");
        foreach (OptionRow<T> row in rows)
        {
            string engines = row.Engines.Count > 0 ? string.Join(", ", row.Engines) : "all";
            text.Append($"| `{row.Name}` | {Values(row)} | {(row.Get is null ? "" : row.DefaultIn(defaults))} | " +
                $"{engines} | {row.Help} |\n");
        }
    }

    private static string Values(OptionRow row)
    {
        string values = row.Bounds is null ? row.Kind
            : row.Bounds.Contains(row.Kind, StringComparison.Ordinal) ? row.Bounds
            : $"{row.Kind} {row.Bounds}";
        return row.Null is { } none ? $"{values}, or null: {none}" : values;
    }
}
