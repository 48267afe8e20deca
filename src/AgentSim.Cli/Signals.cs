using System.Runtime.InteropServices;
using AgentSim.Files;

namespace AgentSim.Cli;

/// <summary>
/// Signals that ask the program to end. The first one lets a command end in order. Those that follow at once mean the same – shells and
/// <c>timeout</c> send several –; a later one makes a capture hurry, and ends the process where nothing can hurry, or in the end; files
/// that were being made are removed first.
/// </summary>
internal static class Signals
{
    private const long SameMs = 1500;
    private const int AlarmSignal = 14, ProcessorTimeSignal = 24, VirtualAlarmSignal = 26, ProfilingSignal = 27;

    private static readonly CancellationTokenSource s_stop = new();
    private static readonly CancellationTokenSource s_hurry = new();
    private static readonly List<PosixSignalRegistration> s_registrations = [];   // kept to the end: nothing may end the last writes
    private static long? s_last;
    private static bool s_canHurry;

    /// <summary>Whether the first signal was that of a limit of processor time (<c>ulimit -t</c>).</summary>
    public static bool IsOutOfTime { get; private set; }

    // Every one that ends a process unless it is heard, but for those that say that the program itself is broken. SIGUSR1 and SIGUSR2
    // have numbers of their own on each system.
    private static IEnumerable<PosixSignal> Ends
    {
        get
        {
            IEnumerable<PosixSignal> everywhere = [PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP, PosixSignal.SIGQUIT];
            if (OperatingSystem.IsWindows()) return everywhere;
            int[] own = OperatingSystem.IsLinux() ? [10, 12] : [30, 31];
            return [.. everywhere, .. own.Append(AlarmSignal).Append(ProcessorTimeSignal).Append(VirtualAlarmSignal)
                .Append(ProfilingSignal).Select(number => (PosixSignal)number)];
        }
    }

    /// <summary>Listens for signals from now on.</summary>
    /// <returns>Cancelled by the first one.</returns>
    public static CancellationToken Listen()
    {
        foreach (PosixSignal signal in Ends) s_registrations.Add(PosixSignalRegistration.Create(signal, Hear));
        return s_stop.Token;
    }

    /// <summary>Cancelled by the second signal, which does not end the process then.</summary>
    public static CancellationToken HurryToken()
    {
        Volatile.Write(ref s_canHurry, true);
        return s_hurry.Token;
    }

    private static void Hear(PosixSignalContext context)
    {
        long now = Environment.TickCount64;
        bool isFirst, isSame;
        lock (s_registrations)
        {
            isFirst = s_last is null;
            isSame = now - s_last < SameMs;
            if (!isSame) s_last = now;
            if (isFirst) IsOutOfTime = (int)context.Signal == ProcessorTimeSignal;
        }

        context.Cancel = isFirst || isSame || (Volatile.Read(ref s_canHurry) && !s_hurry.IsCancellationRequested);
        if (!context.Cancel) TemporaryFolders.RemoveAll();
        else if (isFirst) s_stop.Cancel();
        else if (!isSame) s_hurry.Cancel();
    }
}
