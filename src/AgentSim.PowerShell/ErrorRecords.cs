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

    /// <summary>A value of a hashtable has no JSON form.</summary>
    public static AgentSimException NoJsonForm(string parameter, string errorId, string name, object value) =>
        new(errorId, $"{parameter}: the value of {name} is a {value.GetType().Name}; use text, a number, true or false, a list or a hashtable");

    /// <summary>There is a capture under the path already.</summary>
    public static AgentSimException CaptureRunning(string path) => AgentSimException.At(
        path, 0, "CaptureRunning", "a capture is running under this path; stop it with Stop-AgentTrace or choose another path");

    /// <summary>There is no capture under the path.</summary>
    public static AgentSimException CaptureMissing(string path) =>
        AgentSimException.At(path, 0, "CaptureMissing", "no capture of this session is running under this path; Get-AgentTrace shows those that are");

    /// <summary>There is no capture to follow.</summary>
    public static AgentSimException NoCapture() =>
        new("CaptureMissing", "no capture is running in this session; start one with Start-AgentTrace or name files with -OutputPath");

    /// <summary>There are several captures to follow.</summary>
    public static AgentSimException ManyCaptures() =>
        new("CaptureAmbiguous", "several captures are running in this session; name one with -OutputPath", FaultKind.Usage);

    private static ErrorCategory Category(AgentSimException error) => error.ErrorId switch
    {
        "InputMissing" or "CaptureMissing" => ErrorCategory.ObjectNotFound,
        "InputUnreadable" => error.InnerException switch
        {
            UnauthorizedAccessException => ErrorCategory.PermissionDenied,
            FileNotFoundException or DirectoryNotFoundException or ItemNotFoundException or SessionStateException => ErrorCategory.ObjectNotFound,
            _ => ErrorCategory.OpenError,
        },
        "OutputFailed" => error.InnerException is UnauthorizedAccessException ? ErrorCategory.PermissionDenied : ErrorCategory.WriteError,
        "OutputExists" or "CaptureRunning" => ErrorCategory.ResourceExists,
        "AicNotAvailable" => ErrorCategory.NotImplemented,
        "CaptureUnwritable" => ErrorCategory.OpenError,
        "EndpointUnavailable" or "ProxyUnavailable" => ErrorCategory.ResourceUnavailable,
        "PathNotFileSystem" => ErrorCategory.InvalidArgument,
        "ReplayDeadEnd" => ErrorCategory.LimitsExceeded,
        _ when error.Kind == FaultKind.Usage || error.ErrorId.StartsWith("Replay", StringComparison.Ordinal) => ErrorCategory.InvalidArgument,
        _ when error.ErrorId.StartsWith("Engine", StringComparison.Ordinal) || error.ErrorId.StartsWith("Router", StringComparison.Ordinal) =>
            ErrorCategory.InvalidArgument,
        _ => ErrorCategory.InvalidData,
    };
}
