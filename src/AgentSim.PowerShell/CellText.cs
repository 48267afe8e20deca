using System.Globalization;

namespace AgentSim.PowerShell;

/// <summary>Metrics in the cells of default views.</summary>
public static class CellText
{
    /// <summary>A name that others wrote: what drives a terminal or turns the direction of writing is shown, not sent.</summary>
    /// <param name="value">The text, or what has one.</param>
    public static string Shown(object? value) => Quote.Shown(Convert.ToString(value, CultureInfo.InvariantCulture));

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
}
