using System.Management.Automation;
using AgentSim.Capture;

namespace AgentSim.PowerShell;

/// <summary>
/// The captures of this process, until Stop-AgentTrace. They end, and are written, also when the module is removed or the
/// process exits.
/// </summary>
internal static class RunningCaptures
{
    private static readonly StringComparer PathComparer = OperatingSystem.IsWindows() ? StringComparer.OrdinalIgnoreCase
        : StringComparer.Ordinal;
    private static readonly Dictionary<string, RunningCapture> s_captures = new(PathComparer);

    static RunningCaptures() => AppDomain.CurrentDomain.ProcessExit += (_, _) => StopAll();

    /// <summary>All of them, in order of their paths.</summary>
    public static IReadOnlyList<RunningCapture> All
    {
        get
        {
            lock (s_captures) return [.. s_captures.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => pair.Value)];
        }
    }

    public static RunningCapture? Find(string path)
    {
        lock (s_captures) return s_captures.GetValueOrDefault(path);
    }

    /// <exception cref="AgentSimException">There is one with this path already.</exception>
    public static void Add(RunningCapture capture)
    {
        lock (s_captures)
        {
            if (!s_captures.TryAdd(capture.OutputPath, capture)) throw ErrorRecords.CaptureRunning(capture.OutputPath);
        }
    }

    /// <summary>Stops a capture and writes everything.</summary>
    /// <param name="capture">The capture.</param>
    /// <param name="hurry">Breaks off at once what passes through its proxy.</param>
    public static void Stop(RunningCapture capture, CancellationToken hurry = default)
    {
        lock (s_captures) s_captures.Remove(capture.OutputPath);
        capture.Stop(hurry);
    }

    public static void StopAll()
    {
        foreach (RunningCapture capture in All) Stop(capture);
    }
}

/// <summary>A capture, with what it changed in the environment of the process.</summary>
internal sealed class RunningCapture(TraceCapture capture)
{
    private readonly Dictionary<string, (string Ours, string? Before)> _applied = [];
    private int _shown;   // problems shown so far

    public string OutputPath => capture.OutputPath;

    public TraceCapture Capture => capture;

    /// <summary>Sets the variables in this process, for what it starts from now on.</summary>
    public void Apply(IReadOnlyDictionary<string, string> variables)
    {
        foreach ((string name, string value) in variables)
        {
            _applied[name] = (value, Environment.GetEnvironmentVariable(name));
            Environment.SetEnvironmentVariable(name, value);
        }
    }

    /// <summary>Ends it, and sets the variables back that were not changed since.</summary>
    /// <param name="hurry">Breaks off at once what passes through its proxy.</param>
    public void Stop(CancellationToken hurry = default)
    {
        capture.Stop(hurry);
        foreach ((string name, (string ours, string? before)) in _applied)
        {
            if (Environment.GetEnvironmentVariable(name) == ours) Environment.SetEnvironmentVariable(name, before);
        }

        _applied.Clear();
    }

    /// <summary>The status; problems that came up since the last time are shown as warnings.</summary>
    public TraceStatus Status(Cmdlet command, CancellationToken cancel)
    {
        TraceStatus status = capture.GetStatus(cancel);
        for (; _shown < status.Problems.Count; _shown++) command.WriteWarning(status.Problems[_shown].In(ParameterNames.Wording));
        return status;
    }
}

/// <summary>Ends the captures and servers when the module is removed.</summary>
public sealed class ModuleCleanup : IModuleAssemblyCleanup
{
    /// <inheritdoc/>
    public void OnRemove(PSModuleInfo psModuleInfo)
    {
        RunningCaptures.StopAll();
        RunningServers.StopAll();
    }
}
