using System.Globalization;
using System.Text.Json;

namespace AgentSim.Json;

/// <summary>
/// One option of an object of options: all there is to say about it. What is read, checked, written, completed and explained comes
/// from here, and from nowhere else.
/// </summary>
internal abstract record OptionRow
{
    /// <summary>The name in JSON; of a member of an inner object <c>object.member</c>.</summary>
    public required string Name { get; init; }

    /// <summary>What it is, in words: <c>whole number</c>, <c>text</c>; of a choice the names.</summary>
    public required string Kind { get; init; }

    /// <summary>The values allowed, in words; null: all of its kind.</summary>
    public string? Bounds { get; init; }

    /// <summary>What null means; null where there is nothing more to say than <c>none</c>.</summary>
    public string? Null { get; init; }

    /// <summary>The default where it is no single value.</summary>
    public string? DefaultText { get; init; }

    /// <summary>The engines that read it; empty: all.</summary>
    public IReadOnlyList<string> Engines { get; init; } = [];

    /// <summary>True when it is read, checked and written, and changes nothing in a replay.</summary>
    public bool IsInert { get; init; }

    /// <summary>One line of help.</summary>
    public required string Help { get; init; }

    /// <summary>The type of its value; null where JSON alone has it.</summary>
    public Type? ValueType { get; init; }

    /// <summary>The texts it may be; empty: any.</summary>
    public IReadOnlyList<string> Choices { get; init; } = [];

    /// <summary>The name as a parameter: <c>MaxNumSeqs</c> for <c>max_num_seqs</c>.</summary>
    public string Parameter => string.Concat(Name.Split('_', '.').Select(word => char.ToUpperInvariant(word[0]) + word[1..]));
}

/// <summary>One option, with access to its value in a record of type <typeparamref name="T"/>.</summary>
internal sealed record OptionRow<T> : OptionRow
{
    public delegate T Reader(T target, JsonOptionsValue value);

    /// <summary>Reads it from JSON.</summary>
    public required Reader Read { get; init; }

    /// <summary>Writes it; null where it is accepted only, or written by the object that it is in.</summary>
    public Action<Utf8JsonWriter, T>? Write { get; init; }

    /// <summary>Its value.</summary>
    public Func<T, object?>? Get { get; init; }

    /// <summary>The record with another value, which is of <see cref="OptionRow.ValueType"/>.</summary>
    public Func<T, object?, T>? Set { get; init; }

    /// <summary>Its value as JSON would show it; null for null.</summary>
    public Func<T, string?>? Show { get; init; }

    /// <summary>Why its value is not allowed; null when it is.</summary>
    public Func<T, string?>? Violation { get; init; }

    /// <summary>The options inside of it, where it is an object; their names begin with its own.</summary>
    public IReadOnlyList<OptionRow<T>> Members { get; init; } = [];

    /// <summary>The default, in words.</summary>
    /// <param name="defaults">A record with all defaults.</param>
    public string DefaultIn(T defaults) => DefaultText ?? Show?.Invoke(defaults) ?? Null ?? "none";

    /// <summary>The same option as a member of an object inside another record.</summary>
    public OptionRow<TOuter> Inside<TOuter>(string group, Func<TOuter, T?> get, Func<TOuter, T, TOuter> set, Func<T> make, bool isInert)
    {
        T Of(TOuter outer) => get(outer) ?? make();
        return new OptionRow<TOuter>
        {
            Name = $"{group}.{Name}", Kind = Kind, Bounds = Bounds, Null = Null, DefaultText = DefaultText, Help = Help,
            IsInert = isInert || IsInert,
            ValueType = ValueType, Choices = Choices,
            Read = (outer, value) => set(outer, Read(Of(outer), value)),
            Get = outer => Get?.Invoke(Of(outer)),
            Set = Set is null ? null : (outer, value) => set(outer, Set(Of(outer), value)),
            Show = outer => Show?.Invoke(Of(outer)),
            Violation = outer => get(outer) is { } inner && Violation?.Invoke(inner) is { } fault ? $"{group}.{fault}" : null,
        };
    }
}

/// <summary>The values that a number may have.</summary>
/// <param name="Least">The least.</param>
/// <param name="Most">The greatest.</param>
/// <param name="Words">Both in words, as after "must be".</param>
internal sealed record NumberBounds(double Least, double Most, string Words)
{
    public static NumberBounds Finite { get; } = new(double.MinValue, double.MaxValue, "a finite number");

    public static NumberBounds NotNegative { get; } = new(0, double.MaxValue, "a finite number, at least 0");

    public static NumberBounds AtLeastZero { get; } = new(0, double.MaxValue, "at least 0");

    public static NumberBounds Fraction { get; } = new(0, 1, "from 0 to 1");

    /// <summary>Why a value of that name is not allowed; null when it is.</summary>
    public string? WhyNot(string name, double? value) => value is null || (value >= Least && value <= Most)
        ? null
        : $"{name} must be {Words} (is {value.Value.ToString(CultureInfo.InvariantCulture)})";
}

/// <summary>The values that a whole number may have.</summary>
internal sealed record WholeBounds(ulong Least = 0, ulong Most = ulong.MaxValue)
{
    private const ulong FewValues = 1000;

    /// <summary>Any value that fits.</summary>
    public static WholeBounds Any { get; } = new();

    /// <summary>At least 1.</summary>
    public static WholeBounds Positive { get; } = new(1);

    public string Words => Most < ulong.MaxValue ? $"from {Least} to {Most}" : $"at least {Least}";

    /// <summary>Why a value of that name is not allowed; null when it is.</summary>
    public string? WhyNot(string name, decimal? value)
    {
        if (value is null || (value >= Least && value <= Most)) return null;
        string wanted = Most - Least < FewValues ? Words : value < Least ? $"at least {Least}" : $"at most {Most}";
        return string.Create(CultureInfo.InvariantCulture, $"{name} must be {wanted} (is {value})");
    }
}
