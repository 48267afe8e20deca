using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace AgentSim.Json;

/// <summary>
/// Arrays of plain non-negative integers such as <c>[1,22,333]</c>, by far the largest part of a trace, read without
/// the JSON reader. Only what is certainly valid JSON is taken; anything unusual is left to the JSON reader.
/// </summary>
internal static class IntegerArray
{
    private const int SafeDigits = 19;   // always below 2^64
    private const ulong Zeros = 0x3030303030303030;

    /// <summary>Reads the elements of an array.</summary>
    /// <param name="text">The text behind the opening bracket.</param>
    /// <param name="values">Receives the integers; replaced by a larger array as needed.</param>
    /// <param name="count">How many there are.</param>
    /// <param name="length">Offset of the closing bracket.</param>
    /// <returns>False if the elements are not all integers of 64 bits without sign, fraction and exponent.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]   // one call may see a whole trace; do not wait for the second one
    public static bool TryParse(ReadOnlySpan<byte> text, ref ulong[] values, out int count, out int length)
    {
        count = 0;
        int i = SkipSpace(text, 0);
        length = i;
        if (i < text.Length && text[i] == ']') return true;

        ulong[] target = values;
        while (true)
        {
            int start = i;
            ulong value = 0;
            while (i - start <= SafeDigits - 8 && i + 8 <= text.Length && TryEightDigits(text[i..], out ulong eight))
            {
                value = value * 100_000_000 + eight;
                i += 8;
            }

            uint digit;
            while (i < text.Length && (digit = text[i] - (uint)'0') <= 9)
            {
                if (i - start >= SafeDigits && (i - start > SafeDigits || value > (ulong.MaxValue - digit) / 10)) return false;
                value = value * 10 + digit;
                i++;
            }

            if (i == start || (text[start] == '0' && i > start + 1)) return false;
            if (count == target.Length)
            {
                Array.Resize(ref values, Math.Max(64, count * 2));
                target = values;
            }

            target[count++] = value;
            if (i < text.Length && text[i] is not ((byte)',' or (byte)']')) i = SkipSpace(text, i);
            if (i >= text.Length) return false;
            if (text[i] == ']')
            {
                length = i;
                return true;
            }

            if (text[i] != ',') return false;
            i++;
            if (i < text.Length && text[i] <= ' ') i = SkipSpace(text, i);
        }
    }

    // Eight digits at once: pairs, then fours, then all.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool TryEightDigits(ReadOnlySpan<byte> text, out ulong value)
    {
        ulong chars = BinaryPrimitives.ReadUInt64LittleEndian(text);
        value = chars - Zeros;
        if ((((chars + 0x4646464646464646) | value) & 0x8080808080808080) != 0) return false;
        value = (value * 10) + (value >> 8);
        value = (((value & 0x000000FF000000FF) * 0x000F424000000064) + (((value >> 16) & 0x000000FF000000FF) * 0x0000271000000001)) >> 32;
        return true;
    }

    private static int SkipSpace(ReadOnlySpan<byte> text, int i)
    {
        while (i < text.Length && text[i] is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n') i++;
        return i;
    }
}
