using System.Management.Automation;

namespace AgentSim.PowerShell;

/// <summary>Makes error records; the error id of every record is the <see cref="AgentSimException.ErrorId"/> behind it.</summary>
internal static class ErrorRecords
{
    /// <summary>The error record of an error.</summary>
    /// <param name="error">What went wrong.</param>
    /// <param name="target">What was being worked on, if that is one thing.</param>
    public static ErrorRecord Of(AgentSimException error, object? target = null) =>
        new(error, error.ErrorId, Category(error), target);

    /// <summary>The path is not one of the file system, e.g. <c>env:HOME</c>.</summary>
    public static AgentSimException NotFileSystem(string path, ProviderInfo provider) =>
        AgentSimException.At(path, 0, "PathNotFileSystem", $"this is a path of the provider {provider.Name}; name a file");

    /// <summary>The path names nothing that exists.</summary>
    public static AgentSimException PathMissing(string path, Exception inner) =>
        AgentSimException.At(path, 0, "InputUnreadable", "there is no such file", inner);

    /// <summary>A wildcard matches no file.</summary>
    public static AgentSimException NoMatch(string path) => AgentSimException.At(path, 0, "InputMissing", "no file matches");

    /// <summary>The file to write exists.</summary>
    public static AgentSimException OutputExists(string path) =>
        AgentSimException.At(path, 0, "OutputExists", "the file exists; use -Force to replace it");

    /// <summary>The content could not be written.</summary>
    public static AgentSimException OutputFailed(string path, IOException error) =>
        AgentSimException.At(path, 0, "OutputFailed", $"cannot be written: {error.Message}", error);

    /// <summary>A value of a hashtable has no JSON form.</summary>
    public static AgentSimException NoJsonForm(string parameter, string errorId, string name, object value) =>
        new(errorId, $"{parameter}: the value of {name} is a {value.GetType().Name}; use text, a number, true or false, a list or a hashtable");

    private static ErrorCategory Category(AgentSimException error) => error.ErrorId switch
    {
        "InputMissing" => ErrorCategory.ObjectNotFound,
        "InputUnreadable" => error.InnerException switch
        {
            UnauthorizedAccessException => ErrorCategory.PermissionDenied,
            FileNotFoundException or DirectoryNotFoundException or ItemNotFoundException or SessionStateException => ErrorCategory.ObjectNotFound,
            _ => ErrorCategory.OpenError,
        },
        "OutputFailed" => error.InnerException is UnauthorizedAccessException ? ErrorCategory.PermissionDenied : ErrorCategory.WriteError,
        "OutputExists" => ErrorCategory.ResourceExists,
        "AicNotAvailable" => ErrorCategory.NotImplemented,
        "PathNotFileSystem" => ErrorCategory.InvalidArgument,
        "ReplayDeadEnd" => ErrorCategory.LimitsExceeded,
        _ when error.Kind == FaultKind.Usage || error.ErrorId.StartsWith("Replay", StringComparison.Ordinal) => ErrorCategory.InvalidArgument,
        _ when error.ErrorId.StartsWith("Engine", StringComparison.Ordinal) || error.ErrorId.StartsWith("Router", StringComparison.Ordinal) =>
            ErrorCategory.InvalidArgument,
        _ => ErrorCategory.InvalidData,
    };
}
