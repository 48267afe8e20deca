using System.Collections;
using System.Globalization;
using System.Management.Automation;

namespace AgentSim.PowerShell;

/// <summary>Metrics in the cells of default views.</summary>
public static class CellText
{
    private const int Elements = 4;

    /// <summary>A name that others wrote: what drives a terminal or turns the direction of writing is shown, not sent.</summary>
    /// <param name="value">The text, or what has one.</param>
    public static string Shown(object? value) => Quote.Shown(Convert.ToString(value, CultureInfo.InvariantCulture));

    /// <summary>A property in a list (<c>Format-List</c>), of a collection the first four, as PowerShell shows it.</summary>
    /// <param name="value">The value of the property.</param>
    public static string Item(object? value)
    {
        if (value is PSObject wrapped) value = wrapped.BaseObject;
        if (value is string or not IEnumerable) return Shown(value);
        List<string> first = [.. ((IEnumerable)value).Cast<object?>().Take(Elements + 1).Select(Shown)];
        return $"{{{string.Join(", ", first.Take(Elements))}{(first.Count > Elements ? "…" : "")}}}";
    }

    /// <summary>The same for a text of several lines.</summary>
    /// <param name="value">The text.</param>
    public static string Lines(string? value) => Quote.Lines((value ?? "").ReplaceLineEndings("\n")).ReplaceLineEndings();

    /// <summary>A metric in a format, in the invariant culture; nothing where it is missing.</summary>
    /// <param name="value">The metric; not finite where it has no samples.</param>
    /// <param name="format">A format of numbers.</param>
    /// <param name="noSamples">What to show without samples.</param>
    public static string Of(double? value, string format, string noSamples = "no samples")
    {
        if (value is not { } number) return "";
        return double.IsFinite(number) ? number.ToString(format, CultureInfo.InvariantCulture) : noSamples;
    }

    /// <summary>A metric with the digits that fit: with three decimals, with none, or in powers of ten.</summary>
    /// <param name="value">The metric.</param>
    /// <param name="width">Characters there are.</param>
    /// <param name="hasSign">Whether a sign stands before what is more than nothing, too.</param>
    public static string Fitting(double? value, int width, bool hasSign = false)
    {
        foreach (string digits in (string[])["#,##0.000", "#,##0", "0.00E+0"])
        {
            string text = Of(value, hasSign ? $"+{digits};-{digits};0" : digits);
            if (text.Length <= width) return text;
        }

        return Of(value, "0E+0");
    }
}
