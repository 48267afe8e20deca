using System.Collections.Immutable;

namespace AgentSim.Json;

/// <summary>
/// Options that are read, checked and kept, and that change nothing in a replay: their values by name, without those that are at
/// their defaults. Immutable, and equal where all values are.
/// </summary>
public sealed class InertOptions : IEquatable<InertOptions>
{
    private readonly ImmutableSortedDictionary<string, object> _values;

    private InertOptions(ImmutableSortedDictionary<string, object> values) => _values = values;

    /// <summary>All at their defaults.</summary>
    public static InertOptions None { get; } = new(ImmutableSortedDictionary.Create<string, object>(StringComparer.Ordinal));

    /// <summary>The names of the values that are not at their defaults, in ordinal order.</summary>
    public IEnumerable<string> Names => _values.Keys;

    /// <summary>A value by its name in JSON; null where it is at its default.</summary>
    /// <param name="name">E.g. <c>startup_time</c>.</param>
    public object? this[string name] => _values.GetValueOrDefault(name);

    /// <summary>The options with another value; null: with the default.</summary>
    internal InertOptions With(string name, object? value) => new(value is null ? _values.Remove(name) : _values.SetItem(name, value));

    /// <inheritdoc/>
    public bool Equals(InertOptions? other) => other is not null && _values.SequenceEqual(other._values);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as InertOptions);

    /// <inheritdoc/>
    public override int GetHashCode() => _values.Aggregate(0, (hash, entry) => HashCode.Combine(hash, entry.Key, entry.Value));

    /// <summary>The names and values.</summary>
    public override string ToString() =>
        string.Join(' ', _values.Select(entry => FormattableString.Invariant($"{entry.Key}={entry.Value}")));
}
