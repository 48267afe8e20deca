namespace AgentSim;

/// <summary>
/// Something that a run did although it is hardly what its user meant, or that its numbers have to be read with. Warnings are
/// data: they stand in <c>run.warnings</c> of the report, at the result, in the table and on the page. There settings have their
/// neutral names, because a report may be read with another front end than the one that wrote it; while a run is under way, a front
/// end says them in its own words (<see cref="In"/>).
/// </summary>
/// <param name="Code">Identifier of the list <see cref="WarningCodes"/>, e.g. <c>PromptsCut</c>.</param>
/// <param name="Message">One sentence: what was done, and what to do about it.</param>
/// <param name="Count">How many rows, requests or settings it is about.</param>
public sealed record RunWarning(string Code, string Message, long Count = 1)
{
    private readonly string _template = Message;

    /// <summary>A warning of the list.</summary>
    /// <param name="code">What all warnings of this kind have in common.</param>
    /// <param name="message">One sentence, in which settings are placeholders.</param>
    /// <param name="count">How many rows, requests or settings it is about.</param>
    public RunWarning(WarningCode code, string message, long count = 1)
        : this(code?.Id ?? throw new ArgumentNullException(nameof(code)), message, count)
    {
    }

    /// <summary>One sentence: what was done, and what to do about it. Control characters of a trace are escaped.</summary>
    public string Message { get; } = Wording.Neutral.Line(Message);

    /// <summary>The warning about an option that was given and changes nothing.</summary>
    /// <param name="sentence">Which one, and why.</param>
    internal static RunWarning OptionIgnored(string sentence) => new(WarningCodes.OptionIgnored, sentence);

    /// <summary>The sentence in the words of a front end.</summary>
    /// <param name="wording">How settings are called there.</param>
    public string In(Wording wording)
    {
        ArgumentNullException.ThrowIfNull(wording);
        return wording.Line(_template);
    }

    /// <summary>The sentence.</summary>
    public override string ToString() => Message;
}
