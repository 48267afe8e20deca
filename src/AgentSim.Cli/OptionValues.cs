namespace AgentSim.Cli;

/// <summary>Option values by name, converted; a text that does not convert is a usage error.</summary>
/// <param name="find">Values of an option by its name, null where it was not given.</param>
internal sealed class OptionValues(Func<string, string[]?> find)
{
    public bool Has(string name) => find(name) is not null;

    public IReadOnlyList<string> All(string name) => find(name) ?? [];

    public string? Text(string name) => find(name) is [.., var last] ? last : null;

    public Int128? Whole(string name) => Text(name) is { } text ? Whole(name, text) : null;

    public double? Real(string name) => Text(name) is { } text ? Real(name, text) : null;

    /// <summary>All values of an option, converted; one alone where it was not given.</summary>
    /// <param name="name">The option.</param>
    /// <param name="convert">Makes a value of the name of the option and a text.</param>
    /// <param name="fallback">The value where it was not given.</param>
    public IReadOnlyList<T> Each<T>(string name, Func<string, string, T> convert, T fallback) =>
        find(name) is { } texts ? [.. texts.Select(text => convert(name, text))] : [fallback];

    public static Int128 Whole(string name, string text) => Numbers.TryWhole(text, out Int128 value)
        ? value
        : throw Errors.OptionValueInvalid.Error($"{name} needs a whole number (is {Quote.Of(text)})");

    public static double Real(string name, string text) => Numbers.TryReal(text, out double value)
        ? value
        : throw Errors.OptionValueInvalid.Error($"{name} needs a number (is {Quote.Of(text)})");

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
