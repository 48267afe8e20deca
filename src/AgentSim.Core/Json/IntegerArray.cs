using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace AgentSim.Json;

/// <summary>
/// Arrays of plain non-negative integers such as <c>[1,22,333]</c>, by far the largest part of a trace, read without
/// the JSON reader. Only what is certainly valid JSON is taken; anything unusual is left to the JSON reader.
/// </summary>
internal static class IntegerArray
{
    private const ulong Zeros = 0x3030303030303030;

    private static ReadOnlySpan<ulong> PowersOfTen => [1, 10, 100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000];

    /// <summary>Reads the elements of an array.</summary>
    /// <param name="text">The text behind the opening bracket.</param>
    /// <param name="values">Receives the integers; replaced by a larger array as needed.</param>
    /// <param name="count">How many there are.</param>
    /// <param name="length">Offset of the closing bracket.</param>
    /// <returns>False if the elements are not all integers of 64 bits without sign, fraction and exponent.</returns>
    public static bool TryParse(ReadOnlySpan<byte> text, ref ulong[] values, out int count, out int length) =>
        TryParse(text, ref values, 0, isCompact: false, out count, out length);

    /// <summary>The same behind values that are there.</summary>
    /// <param name="text">The text behind the opening bracket.</param>
    /// <param name="values">Receives the integers; replaced by a larger array as needed.</param>
    /// <param name="first">How many values are there.</param>
    /// <param name="isCompact">Whether spaces and line ends are refused.</param>
    /// <param name="count">How many came.</param>
    /// <param name="length">Offset of the closing bracket.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]   // one call may see a whole trace; do not wait for the second one
    public static bool TryParse(
        ReadOnlySpan<byte> text, ref ulong[] values, int first, bool isCompact, out int count, out int length)
    {
        count = 0;
        int i = isCompact ? 0 : SkipSpace(text, 0);
        length = i;
        if ((uint)i < (uint)text.Length && text[i] == ']') return true;

        ulong[] target = values;
        int next = first;
        bool isLong = true;   // whether the last one has sixteen digits or more: mostly all of them have, or none
        while (true)
        {
            if (isLong)
            {
                i = TakeHashes(text, i, target, ref next);
                if ((uint)i < (uint)text.Length && text[i] <= ' ' && !isCompact) i = SkipSpace(text, i);
            }

            int start = i;
            if (!TryInteger(text, ref i, ref isLong, out ulong value)) return false;
            int digits = i - start;
            if (digits == 0 || (text[start] == '0' && digits > 1)) return false;
            if (next >= target.Length)
            {
                Array.Resize(ref values, Math.Max(64, next * 2));
                target = values;
            }

            target[next++] = value;
            if ((uint)i >= (uint)text.Length) return false;
            byte behind = text[i];
            if (behind is not ((byte)',' or (byte)']') && !isCompact)
            {
                i = SkipSpace(text, i);
                if ((uint)i >= (uint)text.Length) return false;
                behind = text[i];
            }

            if (behind == ']')
            {
                (count, length) = (next - first, i);
                return true;
            }

            if (behind != ',') return false;
            bool isUsual = i == start + digits;   // the comma right behind, and one space at most behind that
            i++;
            if ((uint)i < (uint)text.Length && text[i] == ' ' && !isCompact) i++;
            if (isUsual && i - start <= sizeof(ulong)) i = TakeSuccessors(text, start, digits, i, value, target, ref next);
            if ((uint)i < (uint)text.Length && text[i] <= ' ' && !isCompact) i = SkipSpace(text, i);
        }
    }

    // Ids that traces number in the order of their appearance mostly follow each other, and mostly differ in their last digit alone:
    // as long as the text goes on as that foretells, a number takes one comparison instead of being decoded.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int TakeSuccessors(
        ReadOnlySpan<byte> text, int start, int digits, int i, ulong value, ulong[] target, ref int next)
    {
        int width = i - start;   // of a number with what is between it and the next
        if (text.Length - i < sizeof(ulong)) return i;
        int last = 8 * (digits - 1);   // bits before the last digit
        ulong kept = ulong.MaxValue >> (64 - (8 * width)), one = 1UL << last, wanted = Load(text, start) & kept;
        int at = next, digit = text[start + digits - 1];
        while (at < target.Length && text.Length - i >= sizeof(ulong))
        {
            if (digit == '9')
            {
                wanted = Carry(wanted, last);
                if (wanted == 0) break;
                digit = '0';
            }
            else
            {
                wanted += one;
                digit++;
            }

            if ((Load(text, i) & kept) != wanted) break;
            target[at++] = ++value;
            i += width;
        }

        next = at;
        return i;
    }

    // The text of the number behind one that ends with a nine; 0 if it has one more digit.
    private static ulong Carry(ulong text, int last)
    {
        for (; last >= 0 && (byte)(text >> last) == '9'; last -= 8) text -= 9UL << last;
        return last < 0 ? 0 : text + (1UL << last);
    }

    // Hashes have 18 to 20 digits: that the first sixteen need no counting makes them twice as fast, and that a comma follows, four times.
    // Takes numbers of sixteen to twenty digits, each with a comma right behind it, as long as there are such and room for them.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int TakeHashes(ReadOnlySpan<byte> text, int i, ulong[] target, ref int next)
    {
        int at = next;
        while (text.Length - i >= 16 + sizeof(ulong) && at < target.Length && TrySixteen(text, i, out ulong value))
        {
            ulong chars = Load(text, i + 16), digits = chars - Zeros;
            int bits = BitOperations.TrailingZeroCount(NoDigits(chars)) & ~7;   // of the digits behind
            if (bits > 32 || (byte)(chars >> bits) != ',' || text[i] == '0') break;
            if (bits > 0)
            {
                uint tail = (uint)digits << (32 - bits);   // four digits, with leading zeros
                tail = ((tail * 10) + (tail >> 8)) & 0x00FF00FF;
                tail = ((tail & 0xFF) * 100) + (tail >> 16);
                if (bits == 32 && value > (ulong.MaxValue - tail) / PowersOfTen[4]) break;
                value = (value * PowersOfTen[bits >> 3]) + tail;
            }

            target[at++] = value;
            i += 16 + (bits >> 3) + 1;
        }

        next = at;
        return i;
    }

    // Moves behind the digits of a number; false if it does not fit.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool TryInteger(ReadOnlySpan<byte> text, ref int i, ref bool isLong, out ulong value)
    {
        int digits;
        uint part;
        if (!isLong)
        {
            digits = LeadingDigits(text, i, out part);
            value = part;
            if (digits < 8)
            {
                i += digits;
                return true;
            }
        }

        if (text.Length - i >= 16 && TrySixteen(text, i, out value))
        {
            isLong = true;
            i += 16;
            digits = LeadingDigits(text, i, out part);
            if (digits >= 4 && (digits > 4 || value > (ulong.MaxValue - part) / PowersOfTen[4])) return false;
        }
        else
        {
            isLong = false;
            value = 0;
            digits = LeadingDigits(text, i, out part);
            if (digits == 8)
            {
                value = part;
                i += digits;
                digits = LeadingDigits(text, i, out part);   // fewer than eight
            }
        }

        value = (value * PowersOfTen[digits]) + part;
        i += digits;
        return true;
    }

    // The number that sixteen digits make; false if they are not all digits.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool TrySixteen(ReadOnlySpan<byte> text, int start, out ulong value)
    {
        value = 0;
        if (!Sse41.IsSupported)
        {
            ulong first = Load(text, start), second = Load(text, start + 8);
            if (!IsDigits(first) || !IsDigits(second)) return false;
            value = (Value(first - Zeros) * PowersOfTen[8]) + Value(second - Zeros);
            return true;
        }

        Vector128<byte> digits = Vector128.LoadUnsafe(ref MemoryMarshal.GetReference(text), (nuint)start) - Vector128.Create((byte)'0');
        if (Vector128.Min(digits, Vector128.Create((byte)9)) != digits) return false;
        // Pairs, then fours, then eights.
        Vector128<short> pairs = Ssse3.MultiplyAddAdjacent(digits, Vector128.Create(0x010A010A010A010AL).AsSByte());
        Vector128<int> fours = Sse2.MultiplyAddAdjacent(pairs, Vector128.Create(0x0001_0064).AsInt16());
        Vector128<ushort> packed = Sse41.PackUnsignedSaturate(fours, fours);
        ulong eights = Sse2.MultiplyAddAdjacent(packed.AsInt16(), Vector128.Create(0x0001_2710).AsInt16()).AsUInt64().ToScalar();
        value = ((uint)eights * PowersOfTen[8]) + (eights >> 32);
        return true;
    }

    // The number that the digits from a place on make, eight digits at most; returns how many there are.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int LeadingDigits(ReadOnlySpan<byte> text, int start, out uint value)
    {
        ReadOnlySpan<byte> rest = text[start..];
        ulong chars = rest.Length >= 8 ? BinaryPrimitives.ReadUInt64LittleEndian(rest) : LoadTail(rest);
        ulong digits = chars - Zeros;
        int count = BitOperations.TrailingZeroCount(NoDigits(chars)) >> 3;
        value = count == 0 ? 0 : Value(digits << (64 - (count << 3)));   // leading zeros come first
        return count;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Load(ReadOnlySpan<byte> text, int start) => BinaryPrimitives.ReadUInt64LittleEndian(text[start..]);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool IsDigits(ulong chars) => NoDigits(chars) == 0;

    // The high bit of each byte that is no digit, up to the first such; what lies behind it does not matter.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong NoDigits(ulong chars) => ((chars + 0x4646464646464646) | (chars - Zeros)) & 0x8080808080808080;

    // The number that eight digits make, the first in the lowest byte.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Value(ulong digits)
    {
        digits = (digits * 10) + (digits >> 8);   // pairs, then fours, then all eight
        return (uint)((((digits & 0x000000FF000000FF) * 0x000F424000000064)
            + (((digits >> 16) & 0x000000FF000000FF) * 0x0000271000000001)) >> 32);
    }

    private static ulong LoadTail(ReadOnlySpan<byte> text)
    {
        Span<byte> padded = stackalloc byte[8];
        text.CopyTo(padded);
        return BinaryPrimitives.ReadUInt64LittleEndian(padded);
    }

    private static int SkipSpace(ReadOnlySpan<byte> text, int i)
    {
        while (i < text.Length && text[i] is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n') i++;
        return i;
    }
}
