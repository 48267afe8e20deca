using System.Globalization;

namespace AgentSim.Json;

/// <summary>Surrogate escapes in JSON strings.</summary>
internal static class Surrogates
{
    /// <summary>True if the escaped text (of a valid JSON string or document) has a <c>\ud800</c>–<c>\udfff</c> escape without its
    /// partner.</summary>
    public static bool HasLone(ReadOnlySpan<byte> text)
    {
        bool highBefore = false;   // the escape just read was a high surrogate
        while (true)
        {
            int escape = text.IndexOf((byte)'\\');
            if (highBefore && escape != 0) return true;
            if (escape < 0) return false;
            text = text[escape..];
            if (text[1] != 'u')
            {
                if (highBefore) return true;
                text = text[2..];
                continue;
            }

            char unit = (char)ushort.Parse(text.Slice(2, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
            text = text[6..];
            if (char.IsLowSurrogate(unit) != highBefore) return true;
            highBefore = char.IsHighSurrogate(unit);
        }
    }
}
