using System.Text;
using System.Text.Json;

namespace AgentSim.Json;

/// <summary>Takes a value that was read.</summary>
internal delegate void JsonSetter<TDraft, in TValue>(ref TDraft draft, TValue value);

/// <summary>Reads the value of a field that the row stands at; false: it counts as none.</summary>
internal delegate bool JsonFieldReader<TDraft>(ref JsonRow json, ref TDraft draft, string name);

/// <summary>What a field may be.</summary>
[Flags]
internal enum JsonRule
{
    /// <summary>It may be missing; null is as good as that.</summary>
    Optional = 0,

    /// <summary>It must have a value.</summary>
    Required = 1,

    /// <summary>Null is refused.</summary>
    NotNull = 2,

    /// <summary>It must be there with a value that is not null.</summary>
    Must = Required | NotNull,

    /// <summary>Null is a value of the wrong type.</summary>
    Typed = 4,

    /// <summary>It may come more than once.</summary>
    Repeatable = 8,
}

/// <summary>A name under which a field is read.</summary>
/// <param name="name">The name.</param>
/// <param name="field">The field.</param>
/// <param name="inBucket">Another name that is looked for at the same place.</param>
internal sealed class JsonFieldName<TDraft, T>(string name, JsonField<TDraft, T> field, JsonFieldName<TDraft, T>? inBucket)
{
    public readonly byte[] Key = Encoding.UTF8.GetBytes(name);
    public readonly byte[] Quoted = Encoding.UTF8.GetBytes($"\"{name}\":");
    public readonly JsonField<TDraft, T> Field = field;
    public readonly ulong Bit = field.Bit;
    public readonly JsonFieldName<TDraft, T>? InBucket = inBucket;

    /// <summary>The name that came next when it came last, whatever object that was in: only a guess, which threads may share.</summary>
    public JsonFieldName<TDraft, T>? Next;
}

/// <summary>A field of an object; see <see cref="JsonFields{TDraft, T}"/>.</summary>
internal abstract class JsonField<TDraft, T>(string name, string prefix)
{
    private readonly byte[] _first = Encoding.UTF8.GetBytes($"\"{name}\":");
    private readonly byte[] _next = Encoding.UTF8.GetBytes($",\"{name}\":");

    public string Name { get; } = name;

    /// <summary>The name as messages give it.</summary>
    public string Shown { get; } = prefix + name;

    /// <summary>Marks the field in <see cref="JsonFieldsSeen{TDraft, T}"/>; none if it may come again.</summary>
    public ulong Bit { get; set; }

    /// <summary>Reads the value that the row stands at; false: there is none.</summary>
    public abstract bool Read(ref JsonRow json, ref TDraft draft);

    /// <summary>Writes name and value; false: there is nothing to write.</summary>
    public abstract bool Write(JsonLineWriter json, T value, bool isFirst);

    /// <summary>The value for lenient readers.</summary>
    public abstract LooseValue Loose(T value);

    protected bool Write<TValue>(JsonLineWriter json, T source, bool isFirst, JsonKind<TValue>? kind, Func<T, TValue>? get, bool writesNull)
    {
        if (get is null) return false;
        TValue value = get(source);
        if (value is null && !writesNull) return false;
        json.Raw(isFirst ? _first : _next);
        if (value is null) json.Raw("null"u8);
        else kind!.Write(json, value);
        return true;
    }

    protected static LooseValue Loose<TValue>(T source, JsonKind<TValue>? kind, Func<T, TValue>? get) =>
        get is not null && get(source) is { } value ? kind!.Loose(value) : default;
}

/// <summary>A field whose values are of a kind.</summary>
internal sealed class JsonValueField<TDraft, T, TValue>(
    string name, string prefix, JsonRule rule, JsonKind<TValue> kind, JsonSetter<TDraft, TValue>? set, Func<T, TValue>? get,
        bool writesNull)
    : JsonField<TDraft, T>(name, prefix)
{
    public override bool Read(ref JsonRow json, ref TDraft draft)
    {
        if (json.TokenType == JsonTokenType.Null && (rule & JsonRule.Typed) == 0)
            return (rule & JsonRule.NotNull) == 0 ? false : throw JsonRow.Null(Shown);
        set!(ref draft, kind.Read(ref json, Shown));
        return true;
    }

    public override bool Write(JsonLineWriter json, T value, bool isFirst) => Write(json, value, isFirst, kind, get, writesNull);

    public override LooseValue Loose(T value) => Loose(value, kind, get);
}

/// <summary>A field that is read in its own way.</summary>
internal sealed class JsonOwnField<TDraft, T, TValue>(
    string name, string prefix, JsonRule rule, JsonFieldReader<TDraft> read, JsonKind<TValue>? kind, Func<T, TValue>? get, bool writesNull)
    : JsonField<TDraft, T>(name, prefix)
{
    public override bool Read(ref JsonRow json, ref TDraft draft) =>
        (rule & JsonRule.NotNull) == 0 || json.TokenType != JsonTokenType.Null ? read(ref json, ref draft, Shown)
            : throw JsonRow.Null(Shown);

    public override bool Write(JsonLineWriter json, T value, bool isFirst) => Write(json, value, isFirst, kind, get, writesNull);

    public override LooseValue Loose(T value) => Loose(value, kind, get);
}
