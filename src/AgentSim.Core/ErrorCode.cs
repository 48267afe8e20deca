using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace AgentSim;

/// <summary>
/// What kind of trouble an error is; the names and numbers are those of PowerShell's <c>ErrorCategory</c>, which the module makes
/// of it by value.
/// </summary>
public enum FaultCategory
{
    /// <summary>A file or a server cannot be opened or read.</summary>
    OpenError = 1,

    /// <summary>What was given to a call is wrong.</summary>
    InvalidArgument = 5,

    /// <summary>What was read is wrong.</summary>
    InvalidData = 6,

    /// <summary>Something is not possible in this state.</summary>
    InvalidOperation = 7,

    /// <summary>What came out cannot be used.</summary>
    InvalidResult = 8,

    /// <summary>What is wanted does not do this.</summary>
    NotImplemented = 11,

    /// <summary>A part that is needed is not there.</summary>
    NotInstalled = 12,

    /// <summary>What was named is not there.</summary>
    ObjectNotFound = 13,

    /// <summary>Something ended or was given up by others.</summary>
    OperationStopped = 14,

    /// <summary>What should be made is there already.</summary>
    ResourceExists = 20,

    /// <summary>Something of the machine or the network cannot be had.</summary>
    ResourceUnavailable = 21,

    /// <summary>Something cannot be written.</summary>
    WriteError = 23,

    /// <summary>More than there can be.</summary>
    LimitsExceeded = 29,
}

/// <summary>
/// One entry of the list of <see cref="Errors"/>: what all errors of one identifier have in common. What is wrong in the single
/// case, and where, is said by the message of the error, which only an entry can make.
/// </summary>
[DebuggerDisplay("{Id}")]
public sealed class ErrorCode
{
    internal ErrorCode(string id, string section, FaultCategory category, FaultKind kind, string cause, string remedy)
    {
        (Id, Section, Category, Kind, Cause, Remedy) = (id, section, category, kind, cause, remedy);
    }

    /// <summary>Stable identifier, PascalCase, e.g. <c>TraceRowInvalid</c>.</summary>
    public string Id { get; }

    /// <summary>The section of docs/errors.md it stands in.</summary>
    public string Section { get; }

    /// <summary>What kind of trouble it is.</summary>
    public FaultCategory Category { get; }

    /// <summary>Whose fault it is, unless the error says otherwise (<see cref="Usage"/>).</summary>
    public FaultKind Kind { get; }

    /// <summary>When it comes.</summary>
    public string Cause { get; }

    /// <summary>What helps.</summary>
    public string Remedy { get; }

    /// <summary>An error of this kind.</summary>
    /// <param name="message">What is wrong and what to do; settings in it are of <see cref="Setting"/>, quotations of <see
    /// cref="Quote"/>.</param>
    /// <param name="inner">The cause, if another exception led here.</param>
    public AgentSimException Error(string message, Exception? inner = null) => new(this, message, Kind, inner);

    /// <summary>An error of this kind that is one of the call itself (exit code 2), though it mostly is one of the input.</summary>
    /// <param name="message">What is wrong and what to do.</param>
    /// <param name="inner">The cause, if another exception led here.</param>
    public AgentSimException Usage(string message, Exception? inner = null) => new(this, message, FaultKind.Usage, inner);

    /// <summary>An error at a place in a file: the message starts with <c>path:line:</c>.</summary>
    /// <param name="path">The file as the user named it.</param>
    /// <param name="line">1-based physical line, or 0 when the whole file is meant.</param>
    /// <param name="message">What is wrong and what to do.</param>
    /// <param name="inner">The cause, if any.</param>
    public AgentSimException At(string path, long line, string message, Exception? inner = null)
    {
        string place = Quote.Path(path);
        return new AgentSimException(this, line > 0 ? $"{place}:{line}: {message}" : $"{place}: {message}", Kind, inner);
    }

    /// <summary>The identifier.</summary>
    public override string ToString() => Id;
}

/// <summary>One entry of the list of <see cref="WarningCodes"/>: what all warnings of a run with one code have in common.</summary>
[DebuggerDisplay("{Id}")]
public sealed class WarningCode
{
    internal WarningCode(string meaning, string remedy, [CallerMemberName] string id = "") => (Id, Meaning, Remedy) = (id, meaning, remedy);

    /// <summary>Stable identifier, PascalCase, e.g. <c>PromptsCut</c>.</summary>
    public string Id { get; }

    /// <summary>What is counted.</summary>
    public string Meaning { get; }

    /// <summary>What helps, if it is not meant.</summary>
    public string Remedy { get; }

    /// <summary>The identifier.</summary>
    public override string ToString() => Id;
}
