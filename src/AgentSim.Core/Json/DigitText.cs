using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;

namespace AgentSim.Json;

/// <summary>Integers as digits, eight of them at a time in one word instead of one by one.</summary>
internal static class DigitText
{
    /// <summary>Room that has to be there, whatever is written.</summary>
    public const int MaxLength = 3 * sizeof(ulong);

    private const uint Word = 100_000_000;   // of eight digits
    private const ulong Zeros = 0x3030303030303030;

    /// <summary>Writes an integer without leading zeros; returns how many digits it has. More bytes behind it are overwritten.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Write(ulong value, Span<byte> target) => value < Word ? WriteWord((uint)value, target) : WriteLong(value, target);

    /// <summary>Writes sixteen digits, leading zeros included; returns how many there are without the zeros at the end.</summary>
    public static int WriteSixteen(ulong value, Span<byte> target)
    {
        ulong first = Digits((uint)(value / Word)), second = Digits((uint)(value % Word));
        BinaryPrimitives.WriteUInt64LittleEndian(target, first | Zeros);
        BinaryPrimitives.WriteUInt64LittleEndian(target[sizeof(ulong)..], second | Zeros);
        int zeros = second != 0 ? BitOperations.LeadingZeroCount(second) : 64 + BitOperations.LeadingZeroCount(first);
        return (2 * sizeof(ulong)) - (zeros >> 3);
    }

    private static int WriteLong(ulong value, Span<byte> target)
    {
        ulong rest = value / Word;
        int length = rest < Word ? WriteWord((uint)rest, target) : WriteLong(rest, target);
        BinaryPrimitives.WriteUInt64LittleEndian(target[length..], Digits((uint)(value % Word)) | Zeros);
        return length + sizeof(ulong);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int WriteWord(uint value, Span<byte> target)
    {
        ulong digits = Digits(value);
        int zeros = BitOperations.TrailingZeroCount(digits | (1UL << 56)) & ~7;   // bits; the last digit stays, whatever it is
        BinaryPrimitives.WriteUInt64LittleEndian(target, (digits | Zeros) >> zeros);
        return sizeof(ulong) - (zeros >> 3);
    }

    // Eight digits, the first in the lowest byte: two numbers of four digits, then four of two, then the digits. A division by a
    // constant is a product with its inverse, which is exact for so few digits.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Digits(uint value)
    {
        ulong fours = (value / 10_000) | ((ulong)(value % 10_000) << 32);
        ulong upper = ((fours * 10_486) >> 20) & 0x0000007F_0000007F;
        ulong twos = upper | ((fours - (upper * 100)) << 16);
        ulong tens = ((twos * 103) >> 10) & 0x000F000F_000F000F;
        return tens | ((twos - (tens * 10)) << 8);
    }
}
