namespace AgentSim.Json;

/// <summary>
/// Rows of options without effect, whose values are in a bag instead of properties of their own: a name, a kind, what is allowed and
/// a line of help is all there is to them.
/// </summary>
/// <param name="table">Receives the rows.</param>
/// <param name="bag">The bag of a record.</param>
/// <param name="with">The record with another bag.</param>
internal sealed class InertRows<T>(JsonOptionsTable<T> table, Func<T, InertOptions> bag, Func<T, InertOptions, T> with)
{
    public InertRows<T> OptionalNumber(string name, string help, NumberBounds bounds) =>
        Mark(rows => rows.OptionalNumber(name, t => (double?)bag(t)[name], (t, v) => Set(t, name, v), help, bounds));

    public InertRows<T> Number(string name, string help, NumberBounds bounds, double byDefault) =>
        Mark(rows => rows.Number(name, t => (double?)bag(t)[name] ?? byDefault, (t, v) => Set(t, name, v == byDefault ? null : v),
            help, bounds));

    // Where zeroIsNone, 0 means the same as null.
    public InertRows<T> OptionalCount(string name, string help, WholeBounds? bounds = null, bool zeroIsNone = false) =>
        Mark(rows => rows.OptionalCount(name, t => (long?)bag(t)[name], (t, v) => Set(t, name, zeroIsNone && v == 0 ? null : v),
            help, bounds));

    public InertRows<T> Count(string name, string help, long byDefault) =>
        Mark(rows => rows.Count(name, t => (long?)bag(t)[name] ?? byDefault, (t, v) => Set(t, name, v == byDefault ? null : v), help));

    public InertRows<T> Unsigned(string name, string help, WholeBounds bounds, ulong byDefault) =>
        Mark(rows => rows.Unsigned(name, t => (ulong?)bag(t)[name] ?? byDefault, (t, v) => Set(t, name, v == byDefault ? null : v),
            help, bounds));

    public InertRows<T> OptionalText(string name, string help) =>
        Mark(rows => rows.OptionalText(name, t => (string?)bag(t)[name], (t, v) => Set(t, name, v), help));

    public InertRows<T> Flag(string name, string help, bool byDefault = false) =>
        Mark(rows => rows.Flag(name, t => (bool?)bag(t)[name] ?? byDefault, (t, v) => Set(t, name, v == byDefault ? null : v), help));

    public InertRows<T> Choice<TEnum>(string name, JsonOptionsChoice<TEnum> choice, string help)
        where TEnum : struct, Enum =>
        Mark(rows => rows.Choice(name, choice, t => (TEnum?)bag(t)[name] ?? default,
            (t, v) => Set(t, name, v.Equals(default(TEnum)) ? null : v), help));

    /// <summary>Back to rows with an effect.</summary>
    public JsonOptionsTable<T> Table => table;

    /// <summary>Rows whose values have properties all the same, because rules look at them.</summary>
    public InertRows<T> Mark(Action<JsonOptionsTable<T>> add)
    {
        JsonOptionsTable<T> made = new(JsonOptionsDuplicates.Refused);
        add(made);
        foreach (OptionRow<T> row in made.Rows) table.Add(row with { IsInert = true });
        return this;
    }

    private T Set(T target, string name, object? value) => with(target, bag(target).With(name, value));
}
