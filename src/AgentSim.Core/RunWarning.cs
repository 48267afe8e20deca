namespace AgentSim;

/// <summary>
/// Something that a run did although it is hardly what its user meant, or that its numbers have to be read with. Warnings are
/// data: they stand in <c>run.warnings</c> of the report, at the result, in the table and on the page.
/// </summary>
/// <param name="Code">Stable identifier, PascalCase, e.g. <c>PromptsCut</c>.</param>
/// <param name="Message">One sentence: what was done, and what to do about it.</param>
/// <param name="Count">How many rows, requests or settings it is about.</param>
public sealed record RunWarning(string Code, string Message, long Count = 1)
{
    /// <summary>One sentence: what was done, and what to do about it. Control characters of a trace are escaped.</summary>
    public string Message { get; } = AgentSimException.OneLine(Message);

    /// <summary>The warning about an option that was given and changes nothing.</summary>
    /// <param name="sentence">Which one, and why.</param>
    internal static RunWarning OptionIgnored(string sentence) => new("OptionIgnored", sentence);

    /// <summary>The sentence.</summary>
    public override string ToString() => Message;
}
