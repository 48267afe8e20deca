using System.Buffers.Binary;
using System.Text;

namespace AgentSim.Json;

/// <summary>
/// Strings made of the JSON of late. Sessions, models and kinds of tools come over and over: each is one object then, not one a line.
/// </summary>
internal sealed class RecentTexts
{
    private const int Bits = 9;
    private const ulong Multiplier = 0x9E3779B97F4A7C15;

    private readonly string?[] _texts = new string?[1 << Bits];   // each where its bytes put it; a later one takes its place

    /// <summary>A text as a string.</summary>
    /// <param name="utf8">Valid UTF-8.</param>
    public string Get(ReadOnlySpan<byte> utf8)
    {
        ref string? recent = ref _texts[Slot(utf8)];
        // Text beyond ASCII compares as unequal and is decoded each time.
        return recent is not null && Ascii.Equals(utf8, recent) ? recent : recent = Encoding.UTF8.GetString(utf8);
    }

    private static int Slot(ReadOnlySpan<byte> utf8)
    {
        ulong mixed = (ulong)utf8.Length;
        if (utf8.Length >= 8)
        {
            mixed = (mixed ^ BinaryPrimitives.ReadUInt64LittleEndian(utf8)) * Multiplier;
            mixed = (mixed ^ BinaryPrimitives.ReadUInt64LittleEndian(utf8[((utf8.Length - 8) / 2)..])) * Multiplier;
            mixed = (mixed ^ (mixed >> 32) ^ BinaryPrimitives.ReadUInt64LittleEndian(utf8[^8..])) * Multiplier;
        }
        else
        {
            foreach (byte unit in utf8) mixed = (mixed ^ unit) * Multiplier;
        }

        return (int)(mixed >> (64 - Bits));
    }
}
