using System.Runtime.ExceptionServices;

namespace AgentSim.PowerShell;

/// <summary>
/// Keeps a lost SSH session from ending this process: where the connection breaks while something is being sent, PowerShell closes what
/// it could not send on a thread of its own, fails, and nobody catches it. The session is broken all the same, and said to be lost.
/// </summary>
internal static class SshSessionGuard
{
    private static int s_isSet;

    /// <summary>Sets it, once a process; where something else has, that has to do.</summary>
    public static void Set()
    {
        if (Interlocked.Exchange(ref s_isSet, 1) != 0) return;
        try
        {
            ExceptionHandling.SetUnhandledExceptionHandler(static error => error is IOException or ObjectDisposedException
                && error.StackTrace?.Contains("SSHClientSessionTransportManager", StringComparison.Ordinal) == true);
        }
        catch (InvalidOperationException)
        {
            // There is one already.
        }
    }
}
