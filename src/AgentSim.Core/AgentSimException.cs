namespace AgentSim;

/// <summary>Whose fault an <see cref="AgentSimException"/> is; decides the exit code (behaviour 06#9.2).</summary>
public enum FaultKind
{
    /// <summary>The input or the run is at fault: exit code 1.</summary>
    Input,

    /// <summary>The call is at fault (options that do not go together): exit code 2.</summary>
    Usage,
}

/// <summary>
/// An error meant for a person: one line that says what is wrong, where, and what to do.
/// Every error AgentSim raises on purpose is of this type, made by an entry of <see cref="Errors"/>; anything else is a defect.
/// </summary>
public sealed class AgentSimException : Exception
{
    /// <summary>Creates an error.</summary>
    /// <param name="code">What all errors of this kind have in common.</param>
    /// <param name="template">One line, in which settings are placeholders.</param>
    /// <param name="kind">Whose fault it is.</param>
    /// <param name="inner">The cause, when another exception led here.</param>
    internal AgentSimException(ErrorCode code, string template, FaultKind kind, Exception? inner)
        : base(Wording.Neutral.Line(template), inner)
    {
        (Code, Template, Kind) = (code, template, kind);
    }

    /// <summary>What all errors of this kind have in common.</summary>
    public ErrorCode Code { get; }

    /// <summary>Stable identifier of the error, e.g. <c>TraceRowInvalid</c>.</summary>
    public string ErrorId => Code.Id;

    /// <summary>Whose fault it is.</summary>
    public FaultKind Kind { get; }

    /// <summary>The message with placeholders for settings, to be put into the message of another error.</summary>
    internal string Template { get; }

    /// <summary>The message in the words of a front end; <see cref="Exception.Message"/> is in neutral ones.</summary>
    /// <param name="wording">How settings are called there.</param>
    public string In(Wording wording)
    {
        ArgumentNullException.ThrowIfNull(wording);
        return wording.Line(Template);
    }

    /// <summary>The same error with a message in the words of a front end, for hosts that show <see cref="Exception.Message"/>.</summary>
    /// <param name="wording">How settings are called there.</param>
    public AgentSimException Reworded(Wording wording)
    {
        string text = In(wording);
        return text == Message ? this : new AgentSimException(Code, text, Kind, InnerException);
    }

    /// <summary>The same error with another message.</summary>
    /// <param name="template">The message.</param>
    /// <param name="inner">The cause.</param>
    public AgentSimException Saying(string template, Exception? inner) => new(Code, template, Kind, inner);
}
