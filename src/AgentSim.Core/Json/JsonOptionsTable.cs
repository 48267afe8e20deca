using System.Text;
using System.Text.Json;

namespace AgentSim.Json;

/// <summary>
/// The members of one kind of option object: how each is read into, and written from, a record of type <typeparamref name="T"/>.
/// </summary>
/// <param name="duplicates">What a member given twice means.</param>
/// <param name="ignoreUnknown">Unknown members are skipped instead of refused.</param>
/// <param name="allRequired">Every member must be present.</param>
internal sealed class JsonOptionsTable<T>(JsonOptionsDuplicates duplicates, bool ignoreUnknown = false, bool allRequired = false)
{
    private readonly List<Field> _fields = [];
    private readonly Dictionary<string, Field> _byName = new(StringComparer.Ordinal);

    public delegate T Reader(T target, JsonOptionsValue value);

    private sealed record Field(string Name, Reader Read, Action<Utf8JsonWriter, T>? Write, IEnumerable<string> Leaves);

    /// <summary>Every value the table reads, in table order; a member of a nested object as <c>object.member</c>.</summary>
    public IEnumerable<string> Names => _fields.SelectMany(f => f.Leaves);

    /// <summary>Adds a member with its own reading and writing; without a writer it is accepted only.</summary>
    public JsonOptionsTable<T> Custom(string name, Reader read, Action<Utf8JsonWriter, T>? write) => Add(new Field(name, read, write, [name]));

    /// <summary>Adds an object with members of its own; null where it is null.</summary>
    public JsonOptionsTable<T> Nested<TInner>(string name, JsonOptionsTable<TInner> inner, Func<T, TInner?> get, Func<T, TInner?, T> set)
        where TInner : class, new() =>
        Add(new Field(
            name,
            (t, v) => set(t, v.IsNull ? null : v.Nested(inner, new TInner())),
            (w, t) =>
            {
                if (get(t) is { } value) inner.Write(w, value);
                else w.WriteNullValue();
            },
            inner.Names.Select(leaf => $"{name}.{leaf}")));

    public JsonOptionsTable<T> Count(string name, Func<T, long> get, Func<T, long, T> set) =>
        Custom(name, (t, v) => set(t, v.Count()), (w, t) => w.WriteNumberValue(get(t)));

    public JsonOptionsTable<T> OptionalCount(string name, Func<T, long?> get, Func<T, long?, T> set) =>
        Custom(name, (t, v) => set(t, v.IsNull ? null : v.Count()), (w, t) => WriteOrNull(w, get(t), w.WriteNumberValue));

    public JsonOptionsTable<T> Unsigned(string name, Func<T, ulong> get, Func<T, ulong, T> set, ulong max = ulong.MaxValue) =>
        Custom(name, (t, v) => set(t, v.Unsigned(max)), (w, t) => w.WriteNumberValue(get(t)));

    public JsonOptionsTable<T> OptionalUnsigned(string name, Func<T, ulong?> get, Func<T, ulong?, T> set, ulong max) =>
        Custom(name, (t, v) => set(t, v.IsNull ? null : v.Unsigned(max)), (w, t) => WriteOrNull(w, get(t), w.WriteNumberValue));

    public JsonOptionsTable<T> Number(string name, Func<T, double> get, Func<T, double, T> set) =>
        Custom(name, (t, v) => set(t, v.Number()), (w, t) => w.WriteNumberValue(get(t)));

    public JsonOptionsTable<T> OptionalNumber(string name, Func<T, double?> get, Func<T, double?, T> set) =>
        Custom(name, (t, v) => set(t, v.IsNull ? null : v.Number()), (w, t) => WriteOrNull(w, get(t), w.WriteNumberValue));

    public JsonOptionsTable<T> Flag(string name, Func<T, bool> get, Func<T, bool, T> set) =>
        Custom(name, (t, v) => set(t, v.Flag()), (w, t) => w.WriteBooleanValue(get(t)));

    public JsonOptionsTable<T> OptionalText(string name, Func<T, string?> get, Func<T, string?, T> set) =>
        Custom(name, (t, v) => set(t, v.IsNull ? null : v.Text()), (w, t) => w.WriteStringValue(get(t)));

    public JsonOptionsTable<T> Choice<TEnum>(string name, JsonOptionsChoice<TEnum> choice, Func<T, TEnum> get, Func<T, TEnum, T> set)
        where TEnum : struct, Enum =>
        Custom(name, (t, v) => set(t, v.Choice(choice)), (w, t) => w.WriteStringValue(choice.NameOf(get(t))));

    public JsonOptionsTable<T> OptionalChoice<TEnum>(string name, JsonOptionsChoice<TEnum> choice, Func<T, TEnum?> get, Func<T, TEnum?, T> set)
        where TEnum : struct, Enum =>
        Custom(name, (t, v) => set(t, v.IsNull ? null : v.Choice(choice)), (w, t) => WriteOrNull(w, get(t), e => w.WriteStringValue(choice.NameOf(e))));

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
            if (_byName.TryGetValue(name, out Field? field))
                target = field.Read(target, new JsonOptionsValue(value, option, prefix + name, errorId));
            else if (!ignoreUnknown)
                throw errorId.Error($"{option}: unknown name {Quote.Of(prefix + name)}; {NearestName.Suggest(name, _byName.Keys)}");
        }

        if (allRequired && _fields.Find(f => !members.ContainsKey(f.Name)) is { } missing)
            throw errorId.Error($"{option}: {prefix}{missing.Name} is missing");
        return target;
    }

    /// <summary>Writes every member that has a writer, in table order, as one JSON object.</summary>
    public void Write(Utf8JsonWriter writer, T value)
    {
        writer.WriteStartObject();
        foreach (Field field in _fields)
        {
            if (field.Write is null) continue;
            writer.WritePropertyName(field.Name);
            field.Write(writer, value);
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

    private JsonOptionsTable<T> Add(Field field)
    {
        _fields.Add(field);
        _byName.Add(field.Name, field);
        return this;
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

    private static void WriteOrNull<TValue>(Utf8JsonWriter writer, TValue? value, Action<TValue> write)
        where TValue : struct
    {
        if (value is { } present) write(present);
        else writer.WriteNullValue();
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
