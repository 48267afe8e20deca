using System.Diagnostics;

namespace AgentSim.Tests.Zmtp;

/// <summary>A test against libzmq; skipped, visibly, where Python's binding is missing.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class ZmqFactAttribute : FactAttribute
{
    private static readonly Lazy<bool> s_isThere = new(() =>
    {
        try
        {
            using Process process = Process.Start(new ProcessStartInfo(ZmqClient.Python,
                ["-c", "import zmq"]) { RedirectStandardError = true })!;
            process.StandardError.ReadToEnd();
            process.WaitForExit();
            return process.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    });

    public ZmqFactAttribute()
    {
        if (!s_isThere.Value) Skip = "python3-zmq is missing: working with real libzmq was NOT tested";
    }
}
