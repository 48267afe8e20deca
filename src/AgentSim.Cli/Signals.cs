using System.Runtime.InteropServices;

namespace AgentSim.Cli;

/// <summary>
/// Signals that ask the program to end. The first one lets a command end in order. Those that follow at once mean the same – shells and
/// <c>timeout</c> send several –; a later one makes a capture hurry, and ends the process where nothing can hurry, or in the end.
/// </summary>
internal static class Signals
{
    private const long SameMs = 1500;

    private static readonly CancellationTokenSource s_stop = new();
    private static readonly CancellationTokenSource s_hurry = new();
    private static readonly List<PosixSignalRegistration> s_registrations = [];   // kept to the end: nothing may end the last writes
    private static long? s_last;
    private static bool s_canHurry;

    /// <summary>Listens for signals from now on.</summary>
    /// <returns>Cancelled by the first one.</returns>
    public static CancellationToken Listen()
    {
        foreach (PosixSignal signal in (ReadOnlySpan<PosixSignal>)[PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP])
            s_registrations.Add(PosixSignalRegistration.Create(signal, Hear));
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
        }

        context.Cancel = isFirst || isSame || (Volatile.Read(ref s_canHurry) && !s_hurry.IsCancellationRequested);
        if (isFirst) s_stop.Cancel();
        else if (!isSame) s_hurry.Cancel();
    }
}
