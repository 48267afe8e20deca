using System.Globalization;
using System.Text.Json;

namespace AgentSim.Json;

// The kinds of options: each adds a row. What is given is, in this order: the name in JSON, how the value is got and set, one line of
// help, what values are allowed, and what null means where it is more than "none".
internal sealed partial class JsonOptionsTable<T>
{
    private const string Whole = "whole number";
    private const string Real = "number";

    /// <summary>A name that JSON alone has: it is read, and never written.</summary>
    public JsonOptionsTable<T> Name(string name, string kind, OptionRow<T>.Reader read, string help) =>
        Add(new OptionRow<T> { Name = name, Kind = kind, Read = read, Help = help });

    /// <summary>An object with members of its own; null where it is null.</summary>
    public JsonOptionsTable<T> Nested<TInner>(
        string name, JsonOptionsTable<TInner> inner, Func<T, TInner?> get, Func<T, TInner?, T> set, string help, bool isInert = false)
        where TInner : class, new() =>
        Add(new OptionRow<T>
        {
            Name = name, Kind = "object", Help = help, IsInert = isInert,
            Read = (t, v) => set(t, v.IsNull ? null : v.Nested(inner, new TInner())),
            Write = (w, t) =>
            {
                if (get(t) is { } value) inner.Write(w, value);
                else w.WriteNullValue();
            },
            Members = [.. inner.Rows.Select(row => row.Inside<T>(name, get, set, () => new TInner(), isInert))],
        });

    /// <summary>A count: a whole number of 63 bits; what is above is read as the largest that fits.</summary>
    public JsonOptionsTable<T> Count(
        string name, Func<T, long> get, Func<T, long, T> set, string help, WholeBounds? bounds = null, string? byDefault = null) =>
        Add(Row<long>(name, Whole, help, get, set, v => v.Count(), (w, v) => w.WriteNumberValue(v)) with
        {
            Bounds = (bounds ?? WholeBounds.Any).Words, DefaultText = byDefault, Violation = t =>
                (bounds ?? WholeBounds.Any).WhyNot(name, get(t)),
        });

    /// <summary>A count, or null.</summary>
    public JsonOptionsTable<T> OptionalCount(
        string name, Func<T, long?> get, Func<T, long?, T> set, string help, WholeBounds? bounds = null, string? none = null) =>
        Add(Row<long?>(name, Whole, help, get, set, v => v.IsNull ? null : v.Count(), (w, v) => WriteOrNull(w, v, w.WriteNumberValue)) with
        {
            Bounds = (bounds ?? WholeBounds.Any).Words, Null = none, Violation = t => (bounds ?? WholeBounds.Any).WhyNot(name, get(t)),
        });

    /// <summary>A whole number of 64 bits without sign.</summary>
    public JsonOptionsTable<T> Unsigned(
        string name, Func<T, ulong> get, Func<T, ulong, T> set, string help, WholeBounds? bounds = null, bool isInert = false) =>
        Add(Row<ulong>(name, Whole, help, get, set, v => v.Unsigned((bounds ?? WholeBounds.Any).Most), (w, v) => w.WriteNumberValue(v)) with
        {
            Bounds = (bounds ?? WholeBounds.Any).Words, IsInert = isInert, Violation = t =>
                (bounds ?? WholeBounds.Any).WhyNot(name, get(t)),
        });

    /// <summary>A whole number of 32 bits without sign.</summary>
    public JsonOptionsTable<T> Unsigned32(string name, Func<T, uint> get, Func<T, uint, T> set, string help) =>
        Add(Row<uint>(name, Whole, help, get, set, v => (uint)v.Unsigned(uint.MaxValue), (w, v) => w.WriteNumberValue(v)) with
        {
            Bounds = new WholeBounds(0, uint.MaxValue).Words,
        });

    /// <summary>A finite number.</summary>
    public JsonOptionsTable<T> Number(string name, Func<T, double> get, Func<T, double, T> set, string help, NumberBounds? bounds = null) =>
        Add(Row<double>(name, Real, help, get, set, v => v.Number(), (w, v) => w.WriteNumberValue(v)) with
        {
            Bounds = bounds?.Words, Violation = t => (bounds ?? NumberBounds.Finite).WhyNot(name, get(t)),
        });

    /// <summary>A finite number, or null.</summary>
    public JsonOptionsTable<T> OptionalNumber(
        string name, Func<T, double?> get, Func<T, double?, T> set, string help, NumberBounds? bounds = null, string? none = null) =>
        Add(Row<double?>(name, Real, help, get, set, v => v.IsNull ? null : v.Number(),
            (w, v) => WriteOrNull(w, v, w.WriteNumberValue)) with
        {
            Bounds = bounds?.Words, Null = none, Violation = t => (bounds ?? NumberBounds.Finite).WhyNot(name, get(t)),
        });

    /// <summary>True or false.</summary>
    public JsonOptionsTable<T> Flag(string name, Func<T, bool> get, Func<T, bool, T> set, string help) =>
        Add(Row<bool>(name, "true or false", help, get, set, v => v.Flag(), (w, v) => w.WriteBooleanValue(v)));

    /// <summary>A text, or null.</summary>
    public JsonOptionsTable<T> OptionalText(string name, Func<T, string?> get, Func<T, string?, T> set, string help, string? none = null) =>
        Add(Row<string?>(name, "text", help, get, set, v => v.IsNull ? null : v.Text(),
            (w, v) => w.WriteStringValue(v)) with { Null = none });

    /// <summary>A text that is never null; null leaves it as it is. What it may be is suggested, not demanded.</summary>
    public JsonOptionsTable<T> Text(string name, Func<T, string> get, Func<T, string, T> set, string help,
        IReadOnlyList<string> suggested) =>
        Add(Row<string>(name, "text", help, get, set, v => v.Text(), (w, v) => w.WriteStringValue(v)) with
        {
            Choices = suggested, Bounds = string.Join(", ", suggested), Read = (t, v) => v.IsNull ? t : set(t, v.Text()),
        });

    /// <summary>One of a closed set of texts.</summary>
    public JsonOptionsTable<T> Choice<TEnum>(string name, JsonOptionsChoice<TEnum> choice, Func<T, TEnum> get, Func<T, TEnum, T> set,
        string help)
        where TEnum : struct, Enum =>
        Add(Row<TEnum>(name, TextsOf(choice), help, get, set, v => v.Choice(choice), (w, v) => w.WriteStringValue(choice.NameOf(v))) with
        {
            Choices = [.. choice.Names], Show = t => choice.NameOf(get(t)),
        });

    /// <summary>One of a closed set of texts, or null.</summary>
    public JsonOptionsTable<T> OptionalChoice<TEnum>(
        string name, JsonOptionsChoice<TEnum> choice, Func<T, TEnum?> get, Func<T, TEnum?, T> set, string help, string? none = null)
        where TEnum : struct, Enum =>
        Add(Row<TEnum?>(
            name, TextsOf(choice), help, get, set, v => v.IsNull ? null : v.Choice(choice),
            (w, v) => WriteOrNull(w, v, e => w.WriteStringValue(choice.NameOf(e)))) with
        {
            Choices = [.. choice.Names], Null = none, Show = t => get(t) is { } value ? choice.NameOf(value) : null,
        });

    /// <summary>One of a closed set of objects, each with a name.</summary>
    public JsonOptionsTable<T> Named<TValue>(
        string name, IReadOnlyList<string> names, Func<T, TValue> get, Func<T, TValue, T> set, Func<JsonOptionsValue, TValue> read,
            string help)
        where TValue : class =>
        Add(Row(name, string.Join(", ", names), help, get, set, read, (w, v) => w.WriteStringValue(v.ToString())) with { Choices = names });

    private static string TextsOf<TEnum>(JsonOptionsChoice<TEnum> choice)
        where TEnum : struct, Enum => string.Join(", ", choice.Names);

    private static OptionRow<T> Row<TValue>(
        string name, string kind, string help, Func<T, TValue> get, Func<T, TValue, T> set,
        Func<JsonOptionsValue, TValue> read, Action<Utf8JsonWriter, TValue> write) =>
        new()
        {
            Name = name, Kind = kind, Help = help, ValueType = typeof(TValue),
            Read = (t, v) => set(t, read(v)),
            Write = (w, t) => write(w, get(t)),
            Get = t => get(t),
            Set = (t, v) => set(t, (TValue)v!),
            Show = t => Shown(get(t)),
        };

    private static string? Shown(object? value) => value switch
    {
        bool flag => flag ? "true" : "false",
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => value?.ToString(),
    };

    private static void WriteOrNull<TValue>(Utf8JsonWriter writer, TValue? value, Action<TValue> write)
        where TValue : struct
    {
        if (value is { } present) write(present);
        else writer.WriteNullValue();
    }
}
