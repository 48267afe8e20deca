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
/// Every error AgentSim raises on purpose is of this type; anything else is a defect.
/// </summary>
public sealed class AgentSimException : Exception
{
    /// <summary>Creates an error.</summary>
    /// <param name="errorId">Stable identifier, PascalCase, e.g. <c>TraceRowInvalid</c>.</param>
    /// <param name="message">One line, without the location.</param>
    /// <param name="kind">Whose fault it is.</param>
    /// <param name="inner">The cause, when another exception led here.</param>
    public AgentSimException(string errorId, string message, FaultKind kind = FaultKind.Input, Exception? inner = null)
        : base(OneLine(message), inner)
    {
        ErrorId = errorId;
        Kind = kind;
    }

    /// <summary>Stable identifier of the error.</summary>
    public string ErrorId { get; }

    /// <summary>Whose fault it is.</summary>
    public FaultKind Kind { get; }

    /// <summary>An error at a place in a file: the message starts with <c>path:line:</c>.</summary>
    /// <param name="path">The file as the user named it.</param>
    /// <param name="line">1-based physical line, or 0 when the whole file is meant.</param>
    /// <param name="errorId">Stable identifier.</param>
    /// <param name="message">What is wrong and what to do.</param>
    /// <param name="inner">The cause, if any.</param>
    public static AgentSimException At(string path, long line, string errorId, string message, Exception? inner = null) =>
        new(errorId, line > 0 ? $"{path}:{line}: {message}" : $"{path}: {message}", FaultKind.Input, inner);

    /// <summary>An error of the call itself (exit code 2).</summary>
    /// <param name="errorId">Stable identifier.</param>
    /// <param name="message">What is wrong and what to do.</param>
    public static AgentSimException Usage(string errorId, string message) => new(errorId, message, FaultKind.Usage);

    // Text from a file or an option may hold control characters; a message stays on one line and cannot drive a terminal.
    internal static string OneLine(string message)
    {
        if (!message.Any(char.IsControl)) return message;
        return string.Concat(message.Select(c => char.IsControl(c) ? $"\\u{(int)c:x4}" : c.ToString()));
    }
}
