using System.Diagnostics;
using System.Text;
using System.Text.Json;

namespace AgentSim.Json;

/// <summary>
/// The fields of one kind of JSON object in rows. Each is declared once, with its name, its kind, and where its value goes to
/// and comes from; objects are read and written by that, and lenient readers see them by it, too.
/// </summary>
/// <typeparam name="TDraft">What is filled while an object is read.</typeparam>
/// <typeparam name="T">What is written.</typeparam>
/// <param name="prefix">Stands before the names of fields in messages.</param>
/// <param name="decodesUnknown">Whether fields that are not declared are decoded; otherwise only their syntax is checked.</param>
internal sealed class JsonFields<TDraft, T>(string prefix = "", bool decodesUnknown = false)
{
    private readonly List<JsonField<TDraft, T>> _fields = [];
    private readonly JsonFieldName<TDraft, T>?[] _buckets = new JsonFieldName<TDraft, T>?[64];   // of names, aliases included
    private JsonFieldName<TDraft, T>? _first;   // the name that came first the last time; a guess
    private ulong _required;

    /// <summary>Adds a field.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="kind">How its values are read and written.</param>
    /// <param name="set">Takes a value that was read; null: the field is only written, and unknown when it is read.</param>
    /// <param name="get">The value to write, null for none; without it the field is only read.</param>
    /// <param name="rule">Whether it may be missing or null.</param>
    /// <param name="writesNull">Whether null is written; otherwise the field is left out.</param>
    /// <param name="alias">Another name that is read.</param>
    public JsonFields<TDraft, T> Add<TValue>(
        string name, JsonKind<TValue> kind, JsonSetter<TDraft, TValue>? set, Func<T, TValue>? get, JsonRule rule = JsonRule.Optional,
        bool writesNull = false, string? alias = null) =>
        Add(name, new JsonValueField<TDraft, T, TValue>(name, prefix, rule, kind, set, get, writesNull), rule, set is not null, alias);

    /// <summary>Adds a field that is read in its own way.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="read">Reads the value that the row stands at, null included; false: that is as good as none.</param>
    /// <param name="kind">How its values are written.</param>
    /// <param name="get">The value to write, null for none; without it the field is only read.</param>
    /// <param name="rule">Whether it may be missing.</param>
    /// <param name="writesNull">Whether null is written; otherwise the field is left out.</param>
    public JsonFields<TDraft, T> AddOwn<TValue>(
        string name, JsonFieldReader<TDraft> read, JsonKind<TValue>? kind = null, Func<T, TValue>? get = null,
            JsonRule rule = JsonRule.Optional, bool writesNull = false) =>
        Add(name, new JsonOwnField<TDraft, T, TValue>(name, prefix, rule, read, kind, get, writesNull), rule, isRead: true, alias: null);

    /// <summary>The names of the fields, in their order.</summary>
    public IEnumerable<string> Names => _fields.Select(each => each.Name);

    /// <summary>Adds the fields that several kinds of objects have in common.</summary>
    public JsonFields<TDraft, T> AddAll(Action<JsonFields<TDraft, T>> add)
    {
        add(this);
        return this;
    }

    /// <summary>Reads a row, which is one such object and nothing behind it.</summary>
    /// <exception cref="JsonException">It is malformed, or a field is missing.</exception>
    public void ReadRow(ref JsonRow json, ref TDraft draft)
    {
        json.BeginRow();
        JsonFieldsSeen<TDraft, T> seen = ReadFields(ref json, ref draft);
        json.EndRow();
        CheckRequired(seen);
    }

    /// <summary>Reads all fields of the object just opened.</summary>
    /// <exception cref="JsonException">It is malformed, or a field is missing.</exception>
    public void Read(ref JsonRow json, ref TDraft draft) => CheckRequired(ReadFields(ref json, ref draft));

    /// <summary>Moves to the next key; false at the end of the object. Mostly it is the one that came next in the object before.</summary>
    public bool NextKey(ref JsonRow json, ref JsonFieldsSeen<TDraft, T> seen)
    {
        JsonFieldName<TDraft, T>? likely = seen.Last is { } last ? last.Next : _first;
        if (likely is not null && json.TryKey(likely.Quoted))
        {
            seen.Current = likely;
            return true;
        }

        if (!json.NextKey()) return false;
        seen.Current = Find(json.Key);
        if (seen.Current is null) return true;
        if (seen.Last is null) _first = seen.Current;
        else seen.Last.Next = seen.Current;
        return true;
    }

    /// <summary>Reads the value of the current key.</summary>
    public void ReadField(ref JsonRow json, ref TDraft draft, ref JsonFieldsSeen<TDraft, T> seen)
    {
        JsonFieldName<TDraft, T>? name = seen.Current;
        if (name is null)
        {
            if (decodesUnknown) json.SkipDecoded();
            else json.Skip();
            return;
        }

        seen.Last = name;
        ulong bit = name.Bit;
        if ((seen.Met & bit) != 0) throw new JsonException($"{Quote.Of(name.Field.Shown)} is given twice");
        seen.Met |= bit;
        json.Read();
        if (name.Field.Read(ref json, ref draft)) seen.Given |= bit;
    }

    /// <summary>Writes an object with all fields that have a value, in the order of the table.</summary>
    public void Write(JsonLineWriter json, T value)
    {
        json.Raw("{"u8);
        bool isFirst = true;
        foreach (JsonField<TDraft, T> field in _fields) isFirst &= !field.Write(json, value, isFirst);
        json.Raw("}"u8);
    }

    /// <summary>An object for lenient readers.</summary>
    public LooseObject Loose(T value) => new FieldsObject(this, value);

    /// <summary>Objects as the kind of a field.</summary>
    /// <param name="start">What is filled.</param>
    /// <param name="finish">The object of what was filled.</param>
    public JsonKind<T?> Object(Func<TDraft> start, Func<TDraft, T> finish) => new(
        (ref json, name) =>
        {
            if (json.TokenType != JsonTokenType.StartObject) throw json.Wrong(name, "an object");
            return ReadObject(ref json, start, finish);
        },
        (json, value) => Write(json, value!),
        value => LooseValue.Of(Loose(value!)));

    /// <summary>Lists of objects as the kind of a field.</summary>
    /// <param name="start">What is filled.</param>
    /// <param name="finish">The object of what was filled.</param>
    public JsonKind<IReadOnlyList<T>?> Objects(Func<TDraft> start, Func<TDraft, T> finish) => JsonKinds.List(
        (ref json, name) =>
        {
            if (json.TokenType != JsonTokenType.StartObject) throw json.Wrong(name, "an array of objects");
            return ReadObject(ref json, start, finish);
        },
        Write,
        value => LooseValue.Of(Loose(value)));

    private T ReadObject(ref JsonRow json, Func<TDraft> start, Func<TDraft, T> finish)
    {
        TDraft draft = start();
        Read(ref json, ref draft);
        return finish(draft);
    }

    private JsonFields<TDraft, T> Add(string name, JsonField<TDraft, T> field, JsonRule rule, bool isRead, string? alias)
    {
        Debug.Assert(_fields.Count < 64 && !_fields.Exists(other => other.Name == name),
            $"the field {Quote.Of(name)} is declared twice, or is one too many");
        // A field of which nothing is kept may come any number of times.
        field.Bit = isRead && (rule & JsonRule.Repeatable) == 0 ? 1UL << _fields.Count : 0;
        if ((rule & JsonRule.Required) != 0) _required |= field.Bit;
        _fields.Add(field);
        if (!isRead) return this;
        AddName(name, field);
        if (alias is not null) AddName(alias, field);
        return this;
    }

    private void AddName(string name, JsonField<TDraft, T> field)
    {
        ref JsonFieldName<TDraft, T>? bucket = ref _buckets[Bucket(Encoding.UTF8.GetBytes(name))];
        bucket = new JsonFieldName<TDraft, T>(name, field, bucket);
    }

    private JsonFieldName<TDraft, T>? Find(ReadOnlySpan<byte> key)
    {
        if (key.IsEmpty) return null;
        JsonFieldName<TDraft, T>? name = _buckets[Bucket(key)];
        while (name is not null && !key.SequenceEqual(name.Key)) name = name.InBucket;
        return name;
    }

    private static int Bucket(ReadOnlySpan<byte> key) => (key.Length * 11 + key[0] * 5 + key[^1]) & 63;

    private JsonFieldsSeen<TDraft, T> ReadFields(ref JsonRow json, ref TDraft draft)
    {
        JsonFieldsSeen<TDraft, T> seen = default;
        while (NextKey(ref json, ref seen)) ReadField(ref json, ref draft, ref seen);
        return seen;
    }

    private void CheckRequired(JsonFieldsSeen<TDraft, T> seen)
    {
        ulong missing = _required & ~seen.Given;
        if (missing != 0) throw Missing(missing);
    }

    // On its own, for the closure would cost memory where nothing is missing.
    private JsonException Missing(ulong bits) => JsonRow.Missing(_fields.Find(field => (field.Bit & bits) != 0)!.Shown);

    private sealed class FieldsObject(JsonFields<TDraft, T> fields, T value) : LooseObject
    {
        public override LooseValue? Find(string name) => fields._fields.Find(field => field.Name == name)?.Loose(value)
            is { Exists: true } found ? found : null;

        public override IEnumerable<KeyValuePair<string, LooseValue>> Members() => fields._fields
            .Select(field => KeyValuePair.Create(field.Name, field.Loose(value))).Where(member => member.Value.Exists);
    }
}

/// <summary>Which fields of an object were met so far.</summary>
internal struct JsonFieldsSeen<TDraft, T>
{
    /// <summary>A bit for each field whose name was there.</summary>
    public ulong Met;

    /// <summary>A bit for each field that has a value.</summary>
    public ulong Given;

    /// <summary>The declared name that was read last.</summary>
    public JsonFieldName<TDraft, T>? Last;

    /// <summary>The current name; null if it is not declared.</summary>
    public JsonFieldName<TDraft, T>? Current;
}
