using System.Runtime.InteropServices;
using AgentSim.Files;

namespace AgentSim.PowerShell;

/// <summary>
/// What the module does about limits and signals of a process that is not its own: nothing until the first file is written or capture
/// started. From then on a file that may not get larger is an error instead of the end of the session, and a signal that ends the session
/// finds the captures written and no half-made file left; it ends the session all the same. Programs that the session starts notice
/// nothing.
/// </summary>
internal static class SessionEnd
{
    private static readonly object s_gate = new();
    private static readonly List<PosixSignalRegistration> s_registrations = [];   // kept as long as the session

    /// <summary>Called before the first file is written or capture started; may be called again.</summary>
    public static void Prepare()
    {
        lock (s_gate)
        {
            if (s_registrations.Count > 0) return;
            ProcessLimits.IgnoreFileSizeSignal();
            foreach (PosixSignal signal in (ReadOnlySpan<PosixSignal>)[PosixSignal.SIGTERM, PosixSignal.SIGHUP, PosixSignal.SIGQUIT])
                s_registrations.Add(PosixSignalRegistration.Create(signal, End));
        }
    }

    private static void End(PosixSignalContext context)
    {
        if (context.Cancel) return;   // somebody else in the session decided that it goes on
        RunningCaptures.StopAll();
        TemporaryFolders.RemoveAll();
    }
}
