using System.Buffers;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace AgentSim.Json;

/// <summary>Where strings and numbers of JSON end, by the grammar of JSON and nothing beyond it.</summary>
internal static class JsonScan
{
    // What may stand behind a number; what a slash would begin is refused with the next token.
    private static readonly SearchValues<byte> Delimiters = SearchValues.Create(",}] \t\r\n/"u8);

    /// <summary>Offset of the quote that ends a string; -1 if there is none or the string is not valid.</summary>
    /// <param name="text">The text.</param>
    /// <param name="at">Behind the quote that begins it.</param>
    /// <param name="isEscaped">Whether it holds escapes.</param>
    public static int String(ReadOnlySpan<byte> text, int at, out bool isEscaped)
    {
        isEscaped = false;
        ref byte start = ref MemoryMarshal.GetReference(text);
        while (true)
        {
            byte found;
            if (text.Length - at >= Vector128<byte>.Count)
            {
                Vector128<byte> bytes = Vector128.LoadUnsafe(ref start, (nuint)at);
                uint marks = (Vector128.Equals(bytes, Vector128.Create((byte)'"')) | Vector128.Equals(bytes, Vector128.Create((byte)'\\'))
                    | Vector128.LessThan(bytes, Vector128.Create((byte)' '))).ExtractMostSignificantBits();
                if (marks == 0)
                {
                    at += Vector128<byte>.Count;
                    continue;
                }

                at += BitOperations.TrailingZeroCount(marks);
                found = text[at];
            }
            else
            {
                if ((uint)at >= (uint)text.Length) return -1;
                found = text[at];
                if (found is not ((byte)'"' or (byte)'\\' or < (byte)' '))
                {
                    at++;
                    continue;
                }
            }

            if (found == '"') return at;
            if (found != '\\') return -1;
            isEscaped = true;
            int length = Escape(text[at..]);
            if (length == 0) return -1;
            at += length;
        }
    }

    /// <summary>Offset behind a number; -1 if none begins there or something else follows it.</summary>
    /// <param name="text">The text.</param>
    /// <param name="start">Of the number.</param>
    /// <param name="isDigits">Whether it has no sign, fraction and exponent.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Number(ReadOnlySpan<byte> text, int start, out bool isDigits)
    {
        int at = SkipDigits(text, start);
        isDigits = at > start;
        bool isEnd = (uint)at >= (uint)text.Length;
        if (isDigits && (text[start] != '0' || at == start + 1) && (isEnd || text[at] is (byte)',' or (byte)'}' or (byte)']')) return at;
        return AnyNumber(text, start, ref isDigits);
    }

    private static int AnyNumber(ReadOnlySpan<byte> text, int start, ref bool isDigits)
    {
        int at = start < text.Length && text[start] == '-' ? start + 1 : start;
        int whole = at;
        at = SkipDigits(text, at);
        if (at == whole || (text[whole] == '0' && at > whole + 1)) return -1;
        int end = at;
        if (at < text.Length && text[at] == '.')
        {
            end = SkipDigits(text, at + 1);
            if (end == at + 1) return -1;
            at = end;
        }

        if (at < text.Length && text[at] is (byte)'e' or (byte)'E')
        {
            at++;
            if (at < text.Length && text[at] is (byte)'+' or (byte)'-') at++;
            end = SkipDigits(text, at);
            if (end == at) return -1;
        }

        isDigits = SkipDigits(text, start) == end;
        return end == text.Length || Delimiters.Contains(text[end]) ? end : -1;
    }

    // The length of an escape; 0 if it is not valid.
    private static int Escape(ReadOnlySpan<byte> text)
    {
        if (text.Length < 2) return 0;
        if (text[1] != 'u') return "\"\\/bfnrt"u8.Contains(text[1]) ? 2 : 0;
        if (text.Length < 6) return 0;
        foreach (byte digit in text[2..6])
        {
            if (!char.IsAsciiHexDigit((char)digit)) return 0;
        }

        return 6;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int SkipDigits(ReadOnlySpan<byte> text, int at)
    {
        while ((uint)at < (uint)text.Length && (uint)(text[at] - '0') <= 9) at++;
        return at;
    }
}
