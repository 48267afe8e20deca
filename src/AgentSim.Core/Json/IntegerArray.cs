namespace AgentSim.Json;

/// <summary>
/// Fast paths for arrays of plain integers such as <c>[1,22,333]</c>, by far the largest part of a trace. They take
/// only what is certainly valid JSON; anything unusual is left to the JSON reader.
/// </summary>
internal static class IntegerArray
{
    private const int SafeDigits = 19;   // always below 2^64

    /// <summary>Reads the elements of an array.</summary>
    /// <param name="text">The text behind the opening bracket.</param>
    /// <param name="values">Receives the integers; grown as needed.</param>
    /// <param name="count">How many there are.</param>
    /// <param name="length">Offset of the closing bracket.</param>
    /// <returns>False if the elements are not all integers of 64 bits without sign, fraction and exponent.</returns>
    public static bool TryParse(ReadOnlySpan<byte> text, ref ulong[] values, out int count, out int length)
    {
        count = 0;
        length = 0;
        int i = SkipSpace(text, 0);
        if (i < text.Length && text[i] == ']')
        {
            length = i;
            return true;
        }

        while (true)
        {
            int start = i;
            ulong value = 0;
            uint digit;
            while (i < text.Length && (digit = text[i] - (uint)'0') <= 9)
            {
                if (i - start >= SafeDigits && (i - start > SafeDigits || value > (ulong.MaxValue - digit) / 10)) return false;
                value = value * 10 + digit;
                i++;
            }

            if (i == start || (text[start] == '0' && i > start + 1)) return false;
            if (count == values.Length) Array.Resize(ref values, Math.Max(64, count * 2));
            values[count++] = value;
            if (!Separator(text, ref i, out bool ended)) return false;
            if (!ended) continue;
            length = i;
            return true;
        }
    }

    /// <summary>Finds the end of an array of integers.</summary>
    /// <param name="text">The text behind the opening bracket.</param>
    /// <param name="length">Offset of the closing bracket.</param>
    /// <returns>False if the elements are not all short integers without sign, fraction and exponent.</returns>
    public static bool TrySkip(ReadOnlySpan<byte> text, out int length)
    {
        length = 0;
        int i = SkipSpace(text, 0);
        if (i >= text.Length || text[i] - (uint)'0' > 9) return false;
        while (true)
        {
            int start = i;
            while (i < text.Length && text[i] - (uint)'0' <= 9) i++;
            if (i == start || i - start > 300 || (text[start] == '0' && i > start + 1)) return false;
            if (!Separator(text, ref i, out bool ended)) return false;
            if (!ended) continue;
            length = i;
            return true;
        }
    }

    // Behind an element: moves to the next one, or to the closing bracket.
    private static bool Separator(ReadOnlySpan<byte> text, ref int i, out bool ended)
    {
        if (i < text.Length && text[i] is not ((byte)',' or (byte)']')) i = SkipSpace(text, i);
        ended = i < text.Length && text[i] == ']';
        if (ended) return true;
        if (i >= text.Length || text[i] != ',') return false;
        i++;
        if (i < text.Length && text[i] <= ' ') i = SkipSpace(text, i);
        return true;
    }

    private static int SkipSpace(ReadOnlySpan<byte> text, int i)
    {
        while (i < text.Length && text[i] is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n') i++;
        return i;
    }
}
