namespace AgentSim.Tests.Simulation.ArgumentEffects;

/// <summary>
/// What one argument does to one small replay. <see cref="Shifts"/> empty: nothing at all; <see cref="ErrorId"/> given: the replay is
/// refused.
/// </summary>
/// <param name="Option">The option the argument belongs to.</param>
/// <param name="Path">Where in the option.</param>
/// <param name="Bench">The replay as it is before.</param>
/// <param name="Value">JSON text to set; null takes the value out.</param>
/// <param name="Why">What docs/behaviour says about it.</param>
internal sealed record ArgumentCase(Option Option, string Path, Bench Bench, string? Value, string Why)
{
    /// <summary>The argument's name, where the changed value is more than it.</summary>
    public string Argument { get; init; } = string.Join('.', Path.Split('.').Where(step => step.Length > 0 && !char.IsAsciiDigit(step[0])));

    /// <summary>Values before and after: of the report by name, or of a request's record as <c>ordinal.name</c>.</summary>
    public (string What, object? From, object? To)[] Shifts { get; init; } = [];

    /// <summary>Nothing in the report changes besides <see cref="Shifts"/>.</summary>
    public bool Only { get; init; }

    public string? ErrorId { get; init; }

    public bool HasEffect => ErrorId is not null || Shifts.Length > 0;

    public string Name => $"{Option} {(Path.Length > 0 ? Path : Argument)} = {Value ?? "nothing"}: {Bench.Name}";

    public static ArgumentCase Changes(Option option, string path, Bench bench, string? value, string why,
        params (string What, object? From, object? To)[] shifts) =>
        new(option, path, bench, value, why) { Shifts = shifts };

    public static ArgumentCase NoEffect(Option option, string path, Bench bench, string? value, string why) =>
        new(option, path, bench, value, why);

    public static ArgumentCase Refused(Option option, string path, Bench bench, string? value, string why,
        string errorId = "EngineArgumentsInvalid") =>
        new(option, path, bench, value, why) { ErrorId = errorId };
}
