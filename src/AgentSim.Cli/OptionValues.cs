namespace AgentSim.Cli;

/// <summary>Option values by name, converted; a text that does not convert is a usage error.</summary>
/// <param name="find">Values of an option by its name, null where it was not given.</param>
internal sealed class OptionValues(Func<string, string[]?> find)
{
    public bool Has(string name) => find(name) is not null;

    public IReadOnlyList<string> All(string name) => find(name) ?? [];

    public string? Text(string name) => find(name) is [.., var last] ? last : null;

    public Int128? Whole(string name)
    {
        if (Text(name) is not { } text) return null;
        return Numbers.TryWhole(text, out Int128 value)
            ? value
            : throw Errors.OptionValueInvalid.Error($"{name} needs a whole number (is {Quote.Of(text)})");
    }

    public double? Real(string name)
    {
        if (Text(name) is not { } text) return null;
        return Numbers.TryReal(text, out double value)
            ? value
            : throw Errors.OptionValueInvalid.Error($"{name} needs a number (is {Quote.Of(text)})");
    }

    public T Choice<T>(string name, T fallback, params ReadOnlySpan<(string Text, T Value)> choices)
    {
        if (Text(name) is not { } text) return fallback;
        var known = new List<string>();
        foreach ((string choice, T value) in choices)
        {
            if (choice == text) return value;
            known.Add(choice);
        }

        throw Errors.OptionValueInvalid.Error($"{name} must be one of {string.Join(", ", known)} (is {Quote.Of(text)})");
    }
}
