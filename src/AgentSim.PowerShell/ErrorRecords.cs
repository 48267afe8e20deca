using System.Management.Automation;

namespace AgentSim.PowerShell;

/// <summary>Makes error records; the error id of every record is the <see cref="AgentSimException.ErrorId"/> behind it.</summary>
internal static class ErrorRecords
{
    /// <summary>The error record of an error.</summary>
    /// <param name="error">What went wrong.</param>
    /// <param name="target">What was being worked on, if that is one thing.</param>
    public static ErrorRecord Of(AgentSimException error, object? target = null) =>
        new(error.Reworded(ParameterNames.Wording), error.ErrorId, Category(error), target);

    /// <summary>The path is not one of the file system, e.g. <c>env:HOME</c>.</summary>
    public static AgentSimException NotFileSystem(string path, ProviderInfo provider) =>
        Errors.PathNotFileSystem.At(path, 0, $"this is a path of the provider {provider.Name}; name a file");

    /// <summary>The path names nothing that exists.</summary>
    public static AgentSimException PathMissing(string path, Exception inner) =>
        PathTextAttribute.TypeIn(path) is { } type
            ? Errors.InputUnreadable.Error($"an object of type {type} is no path; give text, files, or objects with a property Path",
                inner: inner)
            : Errors.InputUnreadable.At(path, 0, "there is no such file", inner);

    /// <summary>A wildcard matches no file.</summary>
    public static AgentSimException NoMatch(string path) => Errors.InputMissing.At(path, 0, "no file matches");

    /// <summary>The file to write exists.</summary>
    public static AgentSimException OutputExists(string path) =>
        Errors.OutputExists.At(path, 0, "the file exists; use -Force to replace it");

    /// <summary>A value of a hashtable has no JSON form.</summary>
    public static AgentSimException NoJsonForm(string parameter, ErrorCode errorId, string name, object value) =>
        errorId.Error($"{parameter}: the value of {name} is a {value.GetType().Name}; use text, a number, true or " +
            "false, a list or a hashtable");

    /// <summary>There is a capture under the path already.</summary>
    public static AgentSimException CaptureRunning(string path) => Errors.CaptureRunning.At(
        path, 0, "a capture is running under this path; stop it with Stop-AgentTrace or choose another path");

    /// <summary>There is no capture under the path.</summary>
    public static AgentSimException CaptureMissing(string path) =>
        Errors.CaptureMissing.At(path, 0, "no capture of this session is running under this path; Get-AgentTrace shows those that are");

    /// <summary>There is no server at an address.</summary>
    public static AgentSimException ServerMissing(string address) =>
        Errors.ServerMissing.Error($"no server of this session listens at {Quote.Of(address)}; Get-AgentServer shows those that do");

    /// <summary>There is no capture to follow.</summary>
    public static AgentSimException NoCapture() =>
        Errors.CaptureMissing.Error(
            "no capture is running in this session; start one with Start-AgentTrace or name files with -OutputPath");

    /// <summary>There are several captures to follow.</summary>
    public static AgentSimException ManyCaptures() =>
        Errors.CaptureAmbiguous.Error("several captures are running in this session; name one with -OutputPath");

    /// <summary>The category of an error: that of its entry in <see cref="Errors"/>, or what the system says more exactly.</summary>
    public static ErrorCategory Category(AgentSimException error) => error switch
    {
        { InnerException: UnauthorizedAccessException } when Is(error, Errors.InputUnreadable, Errors.OutputFailed) =>
            ErrorCategory.PermissionDenied,
        { InnerException: FileNotFoundException or DirectoryNotFoundException or ItemNotFoundException or SessionStateException }
            when Is(error, Errors.InputUnreadable) => ErrorCategory.ObjectNotFound,
        _ => (ErrorCategory)error.Code.Category,   // of the same numbers
    };

    private static bool Is(AgentSimException error, params ReadOnlySpan<ErrorCode> codes) => codes.Contains(error.Code);
}
