using System.Buffers.Text;

namespace AgentSim.Imports;

/// <summary>
/// Text that was cut in the middle of a character outside the basic plane (an emoji, say) is written as half of a surrogate pair,
/// which is JSON but no Unicode. Each such half becomes the replacement character, so that one cut text costs nothing else.
/// </summary>
internal static class LoneSurrogates
{
    private const int EscapeLength = 6;   // \uD83D

    /// <summary>Whether there is any.</summary>
    public static bool Has(ReadOnlySpan<byte> json) => Next(json, 0) >= 0;

    /// <summary>Replaces each in place; the length stays.</summary>
    public static void Mend(Span<byte> json)
    {
        for (int at = Next(json, 0); at >= 0; at = Next(json, at + EscapeLength)) "FFFD"u8.CopyTo(json[(at + 2)..]);
    }

    private static int Next(ReadOnlySpan<byte> json, int from)
    {
        while (true)
        {
            int found = json[from..].IndexOf("\\u"u8);
            if (found < 0) return -1;
            int at = from + found;
            // A backslash that is itself escaped begins nothing.
            int backslashes = 0;
            while (at - backslashes > 0 && json[at - backslashes - 1] == (byte)'\\') backslashes++;
            if (backslashes % 2 == 0 && Unit(json[at..]) is >= 0xD800 and <= 0xDFFF and int unit)
            {
                if (unit >= 0xDC00 || Unit(json[Math.Min(json.Length, at + EscapeLength)..]) is not (>= 0xDC00 and <= 0xDFFF)) return at;
                at += EscapeLength;   // a whole pair
            }

            from = Math.Min(json.Length, at + 2);
            if (from >= json.Length) return -1;
        }
    }

    private static int Unit(ReadOnlySpan<byte> json) =>
        json.Length >= EscapeLength && json.StartsWith("\\u"u8) && Utf8Parser.TryParse(json.Slice(2, 4), out int unit, out int used, 'x')
            && used == 4 ? unit : -1;
}
