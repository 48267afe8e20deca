using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using AgentSim.Json;

namespace AgentSim.Traces;

/// <summary>
/// Walks along JSON as programs write it: no spaces, no escapes, nothing beyond ASCII, numbers that are digits. What is anything else
/// it does not take, which says nothing about it.
/// </summary>
/// <param name="text">From the beginning of a line on; other lines may follow.</param>
internal ref struct PlainLine(ReadOnlySpan<byte> text)
{
    private const int SafeDigits = 19;    // as many fit 64 bits, whatever they are
    private const int ExactDigits = 15;   // as many a double holds

    private static ReadOnlySpan<double> PowersOfTen =>
        [1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15];

    private readonly ReadOnlySpan<byte> _text = text;

    /// <summary>Bytes that were taken.</summary>
    public int Position { get; private set; }

    /// <summary>Takes the carriage return that may stand at the end; false if the line does not end here.</summary>
    public bool TakeEnd()
    {
        if (Position < _text.Length && _text[Position] == '\r') Position++;
        return Position == _text.Length || _text[Position] == '\n';
    }

    /// <summary>Takes a certain text, if it is what comes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Take(ReadOnlySpan<byte> expected)
    {
        if (!_text[Position..].StartsWith(expected)) return false;
        Position += expected.Length;
        return true;
    }

    /// <summary>Takes the rest of a string with its closing quote.</summary>
    public bool TakeText(out ReadOnlySpan<byte> value)
    {
        int at = Position;
        ref byte start = ref MemoryMarshal.GetReference(_text);
        value = default;
        while (true)
        {
            byte found;
            if (_text.Length - at >= Vector128<byte>.Count)
            {
                // As signed bytes, those beyond ASCII are below the space, too.
                Vector128<byte> bytes = Vector128.LoadUnsafe(ref start, (nuint)at);
                uint marks = (Vector128.Equals(bytes, Vector128.Create((byte)'"')) | Vector128.Equals(bytes, Vector128.Create((byte)'\\'))
                    | Vector128.LessThan(bytes.AsSByte(), Vector128.Create((sbyte)' ')).AsByte()).ExtractMostSignificantBits();
                if (marks == 0)
                {
                    at += Vector128<byte>.Count;
                    continue;
                }

                at += BitOperations.TrailingZeroCount(marks);
                found = _text[at];
            }
            else
            {
                if (at == _text.Length) return false;
                found = _text[at];
                if (found is not ((byte)'"' or (byte)'\\' or < (byte)' ' or >= 0x80))
                {
                    at++;
                    continue;
                }
            }

            if (found != '"') return false;
            value = _text[Position..at];
            Position = at + 1;
            return true;
        }
    }

    /// <summary>Takes an integer that fits a <see cref="long"/>.</summary>
    public bool TakeInteger(out long value)
    {
        bool isTaken = TakeUnsigned(out ulong number) && number <= long.MaxValue;
        value = (long)number;
        return isTaken;
    }

    /// <summary>Takes an integer.</summary>
    public bool TakeUnsigned(out ulong value)
    {
        int digits = Digits(Position, 0, out value);
        if (digits is 0 or > SafeDigits || (digits > 1 && _text[Position] == '0')) return false;
        Position += digits;
        return IsNumberOver(Position);   // a fraction or an exponent makes it another number
    }

    /// <summary>Takes a number with so few digits that it is known exactly.</summary>
    public bool TakeNumber(out double value)
    {
        int start = Position, whole = Digits(start, 0, out ulong mantissa), digits = whole, fraction = 0;
        value = 0;
        if (whole is 0 or > ExactDigits || (whole > 1 && _text[start] == '0')) return false;
        int at = start + whole;
        if (at < _text.Length && _text[at] == '.')
        {
            fraction = Digits(at + 1, mantissa, out mantissa);
            digits += fraction;
            if (fraction == 0 || digits > ExactDigits) return false;
            at += 1 + fraction;
        }

        if (!IsNumberOver(at)) return false;
        // Both are exact, so that the quotient is the double nearest to the number.
        value = mantissa / PowersOfTen[fraction];
        Position = at;
        return true;
    }

    /// <summary>Takes the rest of an array of integers with its closing bracket.</summary>
    /// <param name="values">Receives them; replaced by a larger array as needed.</param>
    /// <param name="first">Where in it.</param>
    /// <param name="count">How many there are.</param>
    public bool TakeIntegers(ref ulong[] values, int first, out int count)
    {
        if (!IntegerArray.TryParse(_text[Position..], ref values, first, isCompact: true, out count, out int length)) return false;
        Position += length + 1;
        return true;
    }

    private readonly bool IsNumberOver(int at) => at < _text.Length && _text[at] is (byte)',' or (byte)'}';

    // How many digits come from a place on; the number that they and those before them make, if they are not too many.
    private readonly int Digits(int start, ulong before, out ulong value)
    {
        value = before;
        int at = start;
        while (at < _text.Length && (uint)(_text[at] - '0') <= 9)
        {
            if (at - start < SafeDigits) value = (value * 10) + (uint)(_text[at] - '0');
            at++;
        }

        return at - start;
    }
}
