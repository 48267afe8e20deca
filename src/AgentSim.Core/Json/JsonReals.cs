using System.Text.Json;

namespace AgentSim.Json;

/// <summary>Lets a JSON writer write doubles in the form all of AgentSim's files share.</summary>
internal static class JsonReals
{
    public static void WriteReal(this Utf8JsonWriter json, double value)
    {
        Span<byte> text = stackalloc byte[JsonDouble.MaxLength];
        json.WriteRawValue(text[..JsonDouble.Format(value, text)], skipInputValidation: true);
    }
}
