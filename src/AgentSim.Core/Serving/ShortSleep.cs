using System.Runtime.InteropServices;

namespace AgentSim.Serving;

/// <summary>Waiting with a precision of about a tenth of a millisecond, which the timers of the runtime do not have.</summary>
internal static class ShortSleep
{
    private const double CoarseMs = 1.3;      // timers wake up to a millisecond late
    private const double LongestMs = 0.25;    // whoever sleeps hears nothing

    private static bool s_hasNanosleep = !OperatingSystem.IsWindows();

    /// <summary>How long a timer can be trusted with a wait, milliseconds; null when the rest is short. -1: for ever.</summary>
    public static int? Coarse(double ms)
    {
        if (ms < CoarseMs) return null;
        return ms > int.MaxValue ? Timeout.Infinite : Math.Max(1, (int)(ms - 1.0));
    }

    /// <summary>Sleeps for a part of the time that is left.</summary>
    public static void Sleep(double leftMs)
    {
        double ms = Math.Min(leftMs, LongestMs) - 0.06;   // what waking takes
        if (ms > 0 && s_hasNanosleep) Nanosleep(ms);
        else Thread.Yield();
    }

    private static void Nanosleep(double ms)
    {
        var time = new TimeSpec { Nanoseconds = (nint)(ms * 1e6) };
        try
        {
            _ = Nanosleep(in time, 0);
        }
        catch (Exception error) when (error is DllNotFoundException or EntryPointNotFoundException)
        {
            s_hasNanosleep = false;
        }
    }

    [DllImport("libc", EntryPoint = "nanosleep")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Nanosleep(in TimeSpec time, nint left);

    [StructLayout(LayoutKind.Sequential)]
    private struct TimeSpec
    {
        public nint Seconds;
        public nint Nanoseconds;
    }
}
