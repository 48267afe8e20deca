using System.Globalization;

namespace AgentSim.Cli;

/// <summary>Numbers as the reference's command line reads them.</summary>
internal static class Numbers
{
    private const NumberStyles Whole = NumberStyles.AllowLeadingSign | NumberStyles.AllowLeadingWhite | NumberStyles.AllowTrailingWhite;

    /// <summary>A whole number; wide enough that a range check can name a value out of range.</summary>
    public static bool TryWhole(string text, out Int128 value) => Int128.TryParse(text, Whole, CultureInfo.InvariantCulture, out value);

    /// <summary>A decimal number, also <c>inf</c> and <c>nan</c>.</summary>
    public static bool TryReal(string text, out double value)
    {
        if (double.TryParse(text, Whole | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent, CultureInfo.InvariantCulture,
            out value)) return true;
        ReadOnlySpan<char> name = text.AsSpan().Trim();
        bool negative = name.StartsWith("-");
        if (!name.TrimStart("+-").Equals("inf", StringComparison.OrdinalIgnoreCase)) return false;
        value = negative ? double.NegativeInfinity : double.PositiveInfinity;
        return true;
    }
}
