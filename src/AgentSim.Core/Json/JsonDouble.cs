using System.Buffers.Text;
using System.Globalization;

namespace AgentSim.Json;

/// <summary>
/// Doubles as JSON numbers: the shortest decimal that reads back the same, positional from 1e-5 up to but not
/// including 1e16, integral values with one decimal (behaviour 01#5.1).
/// </summary>
internal static class JsonDouble
{
    /// <summary>No number is longer.</summary>
    public const int MaxLength = 32;

    private const int MaxDigits = 17;
    private const int FirstScientific = 17;   // digits before the point of 1e16
    private const int LastPositional = -4;    // the same of 1e-5: 0.00001 has four zeros behind the point

    private const int MaxFraction = 16;       // digits behind the point that are found quickly

    private static ReadOnlySpan<ulong> PowersOfTen =>
    [
        1, 10, 100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000, 1_000_000_000, 10_000_000_000, 100_000_000_000,
        1_000_000_000_000, 10_000_000_000_000, 100_000_000_000_000, 1_000_000_000_000_000, 10_000_000_000_000_000,
    ];

    /// <summary>Writes a finite number and returns its length.</summary>
    /// <param name="value">The number.</param>
    /// <param name="target">Has room for <see cref="MaxLength"/> bytes.</param>
    public static int Format(double value, Span<byte> target)
    {
        if (value == (int)value && (value != 0 || !double.IsNegative(value)))
        {
            int length;
            if (value >= 0) length = DigitText.Write((uint)(int)value, target);
            else _ = Utf8Formatter.TryFormat((int)value, target, out length);
            ".0"u8.CopyTo(target[length..]);
            return length + 2;
        }

        return value is >= 1 and < 1e15 && TryUsual(value, target, out int usual) ? usual : FormatAny(value, target);
    }

    // Times in milliseconds, most of what is written. What lies before the point is the number cut off: the digits lie nearer to the
    // number than any other double, and whole numbers are doubles here.
    private static bool TryUsual(double value, Span<byte> target, out int length)
    {
        length = 0;
        if (!ShortestDigits.TryFind(value, out ulong digits, out int exponent) || exponent is >= 0 or < -MaxFraction) return false;
        ulong whole = (ulong)(long)value;
        ulong fraction = (digits - (whole * PowersOfTen[-exponent])) * PowersOfTen[MaxFraction + exponent];
        length = DigitText.Write(whole, target);
        target[length++] = (byte)'.';
        length += Math.Max(1, DigitText.WriteSixteen(fraction, target[length..]));
        return true;
    }

    private static int FormatAny(double value, Span<byte> target)
    {
        if (!double.IsFinite(value))
            throw Errors.ResultNotFinite.Error(
                "a result is no finite number, which JSON cannot say: times or rates of the run are too large");
        int at = 0;
        if (double.IsNegative(value)) target[at++] = (byte)'-';
        Span<byte> digits = stackalloc byte[MaxDigits];
        int point = Shortest(double.Abs(value), ref digits);
        if (point is >= LastPositional and < FirstScientific) return at + Positional(digits, point, target[at..]);

        target[at++] = digits[0];
        if (digits.Length > 1)
        {
            target[at++] = (byte)'.';
            digits[1..].CopyTo(target[at..]);
            at += digits.Length - 1;
        }

        target[at++] = (byte)'e';
        if (point > 0) target[at++] = (byte)'+';
        _ = Utf8Formatter.TryFormat(point - 1, target[at..], out int written);
        return at + written;
    }

    // The digits of 0.ddd × 10^point, without leading and trailing zeros (one zero for 0).
    private static int Shortest(double value, ref Span<byte> digits)
    {
        if (!ShortestDigits.TryFind(value, out ulong number, out int exponent)) return ShortestOfAny(value, ref digits);
        while (number % 10 == 0)
        {
            number /= 10;
            exponent++;
        }

        _ = Utf8Formatter.TryFormat(number, digits, out int count);
        digits = digits[..count];
        return count + exponent;
    }

    private static int ShortestOfAny(double value, ref Span<byte> digits)
    {
        Span<byte> text = stackalloc byte[MaxLength];
        _ = value.TryFormat(text, out int length, default, CultureInfo.InvariantCulture);
        text = text[..length];
        int point = 0;
        int e = text.IndexOf((byte)'E');
        if (e >= 0)
        {
            point = int.Parse(text[(e + 1)..], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
            text = text[..e];
        }

        int count = 0;
        int dot = text.IndexOf((byte)'.');
        point += dot < 0 ? text.Length : dot;
        int trailing = 0;   // zeros not yet known to be inner ones
        foreach (byte character in text)
        {
            if (character == '.') continue;
            if (character == '0')
            {
                if (count == 0) point--;
                else trailing++;
                continue;
            }

            for (; trailing > 0; trailing--) digits[count++] = (byte)'0';
            digits[count++] = character;
        }

        if (count == 0)
        {
            digits[count++] = (byte)'0';
            point = 1;
        }

        digits = digits[..count];
        return point;
    }

    private static int Positional(ReadOnlySpan<byte> digits, int point, Span<byte> target)
    {
        if (point > 0 && point < digits.Length)
        {
            digits[..point].CopyTo(target);
            target[point] = (byte)'.';
            digits[point..].CopyTo(target[(point + 1)..]);
            return digits.Length + 1;
        }

        int at = 0;
        if (point <= 0) target[at++] = (byte)'0';
        for (int i = 0; i < point; i++) target[at++] = i < digits.Length ? digits[i] : (byte)'0';
        target[at++] = (byte)'.';
        for (int i = point; i < 0; i++) target[at++] = (byte)'0';
        ReadOnlySpan<byte> fraction = digits.Length > point ? digits[Math.Max(point, 0)..] : "0"u8;
        fraction.CopyTo(target[at..]);
        return at + fraction.Length;
    }
}
