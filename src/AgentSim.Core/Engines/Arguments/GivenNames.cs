namespace AgentSim.Engines;

/// <summary>
/// The names of arguments that were given, also those whose values are the defaults. Arguments with equal values are equal, whoever
/// gave them, so that two of these always are.
/// </summary>
internal readonly struct GivenNames(IReadOnlyCollection<string> names) : IEquatable<GivenNames>
{
    private readonly IReadOnlyCollection<string>? _names = names;

    public bool Contains(string name) => _names?.Contains(name) == true;

    public GivenNames And(IEnumerable<string> more) => new([.. _names ?? [], .. more]);

    public bool Equals(GivenNames other) => true;

    public override bool Equals(object? obj) => obj is GivenNames;

    public override int GetHashCode() => 0;
}
