using System.Text;
using System.Text.Json;

namespace AgentSim.Json;

/// <summary>The options of one kind of object: a row for each, which is all that is said about it.</summary>
/// <param name="duplicates">What a member given twice means.</param>
/// <param name="ignoreUnknown">Unknown members are skipped instead of refused.</param>
/// <param name="allRequired">Every member must be present.</param>
internal sealed partial class JsonOptionsTable<T>(JsonOptionsDuplicates duplicates, bool ignoreUnknown = false, bool allRequired = false)
{
    private readonly List<OptionRow<T>> _rows = [];
    private readonly Dictionary<string, OptionRow<T>> _byName = new(StringComparer.Ordinal);

    /// <summary>Every option in table order, members of inner objects in place of the objects.</summary>
    public IEnumerable<OptionRow<T>> Rows => _rows.SelectMany(row => row.Members.Count > 0 ? row.Members : [row]);

    /// <summary>The names of <see cref="Rows"/>.</summary>
    public IEnumerable<string> Names => Rows.Select(row => row.Name);

    /// <summary>Adds an option.</summary>
    public JsonOptionsTable<T> Add(OptionRow<T> row)
    {
        _rows.Add(row);
        _byName.Add(row.Name, row);
        return this;
    }

    /// <summary>Says something else of an option that is in the table.</summary>
    public JsonOptionsTable<T> Change(string name, Func<OptionRow<T>, OptionRow<T>> change)
    {
        OptionRow<T> changed = change(_byName[name]);
        _rows[_rows.FindIndex(row => row.Name == name)] = _byName[name] = changed;
        return this;
    }

    /// <summary>A table with the same rows and more.</summary>
    /// <param name="more">What to add.</param>
    /// <param name="change">Changes each row on the way.</param>
    public JsonOptionsTable<T> Copy(IEnumerable<OptionRow<T>> more, Func<OptionRow<T>, OptionRow<T>>? change = null)
    {
        JsonOptionsTable<T> copy = new(duplicates, ignoreUnknown, allRequired);
        foreach (OptionRow<T> row in _rows.Concat(more))
        {
            OptionRow<T> changed = change?.Invoke(row) ?? row;
            copy.Add(changed with { Members = [.. row.Members.Select(member => change?.Invoke(member) ?? member)] });
        }

        return copy;
    }

    /// <summary>Why values are not allowed, in table order; nothing when all are.</summary>
    public IEnumerable<string> Violations(T value) => Rows.Select(row => row.Violation?.Invoke(value)).OfType<string>();

    /// <summary>Reads the members of <paramref name="json"/> over <paramref name="start"/>.</summary>
    /// <param name="start">The values of members that are absent.</param>
    /// <param name="json">A JSON object.</param>
    /// <param name="option">The option as the user wrote it, for messages.</param>
    /// <param name="path">Where the object is inside the option, empty for the option itself.</param>
    /// <param name="errorId">Identifier of every error raised.</param>
    public T Read(T start, JsonElement json, string option, string path, ErrorCode errorId)
    {
        string prefix = path.Length == 0 ? "" : path + ".";
        T target = start;
        Dictionary<string, JsonElement> members = Members(json, option, prefix, errorId);
        foreach ((string name, JsonElement value) in members)
        {
            if (_byName.TryGetValue(name, out OptionRow<T>? row))
                target = row.Read(target, new JsonOptionsValue(value, option, prefix + name, errorId));
            else if (!ignoreUnknown)
                throw errorId.Error($"{option}: unknown name {Quote.Of(prefix + name)}; {NearestName.Suggest(name, _byName.Keys)}");
        }

        if (allRequired && _rows.Find(row => !members.ContainsKey(row.Name)) is { } missing)
            throw errorId.Error($"{option}: {prefix}{missing.Name} is missing");
        return target;
    }

    /// <summary>Writes every member that has a writer, in table order, as one JSON object.</summary>
    public void Write(Utf8JsonWriter writer, T value)
    {
        writer.WriteStartObject();
        foreach (OptionRow<T> row in _rows)
        {
            if (row.Write is null) continue;
            writer.WritePropertyName(row.Name);
            row.Write(writer, value);
        }

        writer.WriteEndObject();
    }

    /// <summary>What <see cref="Write"/> writes, as text.</summary>
    public string ToJson(T value)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream)) Write(writer, value);
        return Encoding.UTF8.GetString(stream.GetBuffer(), 0, (int)stream.Length);
    }

    private Dictionary<string, JsonElement> Members(JsonElement json, string option, string prefix, ErrorCode errorId)
    {
        var members = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        foreach (JsonProperty member in json.EnumerateObject())
        {
            if (!members.TryAdd(member.Name, member.Value))
            {
                if (duplicates == JsonOptionsDuplicates.Refused)
                    throw errorId.Error($"{option}: {prefix}{member.Name} is given twice");
                members[member.Name] = member.Value;
            }
        }

        return members;
    }
}

/// <summary>What a member given twice means.</summary>
internal enum JsonOptionsDuplicates
{
    /// <summary>The last one counts.</summary>
    LastWins,

    /// <summary>An error.</summary>
    Refused,
}
