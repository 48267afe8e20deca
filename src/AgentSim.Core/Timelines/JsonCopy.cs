using System.Text.Json;
using AgentSim.Collections;

namespace AgentSim.Timelines;

/// <summary>Copies JSON values: numbers as they are written, of a key given twice only the last value.</summary>
internal static class JsonCopy
{
    public static void Write(Utf8JsonWriter json, JsonElement value, bool sorted = false)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                json.WriteStartObject();
                foreach ((string name, JsonElement member) in Members(value, sorted))
                {
                    json.WritePropertyName(name);
                    Write(json, member, sorted);
                }

                json.WriteEndObject();
                break;
            case JsonValueKind.Array:
                json.WriteStartArray();
                foreach (JsonElement item in value.EnumerateArray()) Write(json, item, sorted);
                json.WriteEndArray();
                break;
            default:
                value.WriteTo(json);
                break;
        }
    }

    /// <summary>The members of an object, in the order of their keys' first appearance or by code point.</summary>
    public static IEnumerable<KeyValuePair<string, JsonElement>> Members(JsonElement value, bool sorted = false)
    {
        var members = new OrderedDictionary<string, JsonElement>();
        foreach (JsonProperty member in value.EnumerateObject()) members[member.Name] = member.Value;
        return sorted ? members.OrderBy(member => member.Key, Comparer<string>.Create((left, right) => Utf8Order.Compare(left, right))) : members;
    }
}
