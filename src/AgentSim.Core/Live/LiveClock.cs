using System.Diagnostics;
using System.Runtime.InteropServices;

namespace AgentSim.Live;

/// <summary>Milliseconds since the one anchor of a run, to which all its times refer.</summary>
internal sealed class LiveClock
{
    private const double LongMs = 2.0;         // what is left of a wait that the system's timers do not measure finely enough
    private const double SliceMs = 0.25;       // after so much it is looked whether a request has ended
    private const double SpinMs = 0.06;        // the system wakes a thread later than asked by about this
    private const double NanosecondsPerMs = 1e6;

    private long _anchor = Stopwatch.GetTimestamp();

    /// <summary>Sets the anchor, before anything is scheduled.</summary>
    /// <param name="leadMs">The run begins after so much time.</param>
    public void Start(double leadMs) => _anchor = Stopwatch.GetTimestamp() + (long)(leadMs * Stopwatch.Frequency / 1000.0);

    public double Now => (Stopwatch.GetTimestamp() - _anchor) * (1000.0 / Stopwatch.Frequency);

    /// <summary>Waits until a time, or until something else has happened; it may return too early, but hardly ever late.</summary>
    /// <param name="time">The time; infinity: only for the event.</param>
    /// <param name="wake">Set when something else has happened.</param>
    public void Wait(double time, AutoResetEvent wake)
    {
        double left = time - Now;
        if (left > LongMs) wake.WaitOne((int)Math.Min(left - (LongMs / 2), 100.0));
        else if (left > SpinMs) Nap(Math.Min(left - SpinMs, SliceMs));
        else if (left > 0) Thread.Sleep(0);
    }

    /// <summary>Waits until a time that comes in less than a millisecond.</summary>
    public void WaitBriefly(double time)
    {
        for (double left; (left = time - Now) > 0;)
        {
            if (left > SpinMs) Nap(Math.Min(left - SpinMs, SliceMs));
            else Thread.SpinWait(8);
        }
    }

    private static void Nap(double ms)
    {
        if (OperatingSystem.IsWindows())
        {
            Thread.Sleep(0);   // its sleeps are too coarse
            return;
        }

        var time = new Time { Nanoseconds = (nint)(ms * NanosecondsPerMs) };
        _ = NanoSleep(in time, 0);
    }

    [DllImport("libc", EntryPoint = "nanosleep")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int NanoSleep(in Time time, nint left);

    [StructLayout(LayoutKind.Sequential)]
    private struct Time
    {
        public nint Seconds;
        public nint Nanoseconds;
    }
}
