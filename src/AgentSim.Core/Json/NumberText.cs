using System.Globalization;

namespace AgentSim.Json;

/// <summary>
/// Numbers that come as text, from a CSV file or a hashtable for example. There is one form for them, whatever the culture
/// of the machine; what is not of that form is refused, because guessing would make it another number.
/// </summary>
public static class NumberText
{
    /// <summary>Identifier of the error of a text that is no number.</summary>
    public static ErrorCode InvalidId => Errors.NumberInvalid;

    /// <summary>Reads a number: digits with a point before the decimals, perhaps an exponent; also <c>NaN</c> and
    /// <c>Infinity</c>.</summary>
    /// <param name="text">The text; white space around the number is passed over.</param>
    /// <param name="value">The number.</param>
    /// <returns>False if the text is no number in this form, or one that is too large.</returns>
    public static bool TryRead(string text, out double value)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (!double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out value)) return false;
        return !double.IsInfinity(value) || !text.Any(char.IsAsciiDigit);
    }

    /// <summary>Reads a number as <see cref="TryRead"/> does.</summary>
    /// <param name="text">The text.</param>
    /// <param name="name">What the number is, for the message.</param>
    /// <exception cref="AgentSimException"><c>NumberInvalid</c>.</exception>
    public static double Read(string text, string name) =>
        TryRead(text, out double value) ? value : throw InvalidId.Error($"{name}: {WhyNot(text)}");

    /// <summary>Why a text is refused.</summary>
    /// <param name="text">The text.</param>
    public static string WhyNot(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        string shown = text.Length > 40 ? text[..40] + "…" : text;
        return $"{Quote.Of(shown)} is not a number in invariant form; write it like 1234.5, with a point before decimals and " +
            "nothing between thousands";
    }
}
