using System.Buffers.Text;
using System.Text.Json;

namespace AgentSim.Reports;

/// <summary>Writes doubles so that they read as such: shortest digits that give the same value, and a point where whole.</summary>
internal static class JsonReals
{
    public static void WriteReal(this Utf8JsonWriter json, double value)
    {
        Span<byte> text = stackalloc byte[40];
        Utf8Formatter.TryFormat(value, text, out int length);
        if (text[..length].IndexOfAny((byte)'.', (byte)'E') < 0)
        {
            text[length++] = (byte)'.';
            text[length++] = (byte)'0';
        }

        json.WriteRawValue(text[..length], skipInputValidation: true);
    }
}
