using System.Text.Json;

namespace AgentSim.Json;

/// <summary>Option objects in short form, for people.</summary>
internal static class JsonOptionsText
{
    /// <summary>The members in which an object differs from another one with the same members: <c>name=value
    /// other.name=value</c>.</summary>
    public static string Differences(string from, string to)
    {
        using JsonDocument before = JsonDocument.Parse(from), after = JsonDocument.Parse(to);
        var parts = new List<string>();
        Add(parts, "", before.RootElement, after.RootElement);
        return string.Join(' ', parts);
    }

    /// <summary>The names of those members: <c>name</c>, <c>other.name</c>.</summary>
    public static IEnumerable<string> ChangedNames(string from, string to)
    {
        using JsonDocument before = JsonDocument.Parse(from), after = JsonDocument.Parse(to);
        var parts = new List<string>();
        Add(parts, "", before.RootElement, after.RootElement, isNamed: true);
        return parts;
    }

    private static void Add(List<string> parts, string prefix, JsonElement before, JsonElement after, bool isNamed = false)
    {
        foreach (JsonProperty member in after.EnumerateObject())
        {
            string name = prefix + member.Name;
            JsonElement old = before.ValueKind == JsonValueKind.Object ? before.GetProperty(member.Name) : default;
            if (member.Value.ValueKind == JsonValueKind.Object) Add(parts, name + ".", old, member.Value, isNamed);
            else if (old.ValueKind == JsonValueKind.Undefined || !JsonElement.DeepEquals(old, member.Value))
                parts.Add(isNamed ? name : $"{name}={member.Value}");
        }
    }
}
