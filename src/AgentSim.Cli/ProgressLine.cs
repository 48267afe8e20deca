using System.Diagnostics;
using System.Globalization;
using AgentSim.Recording;

namespace AgentSim.Cli;

/// <summary>
/// A line on standard error that shows how far a replay is: <c>[elapsed] [####>---] done/total (eta) offline replay</c>.
/// Drawn only on a terminal, a few times a second, and removed at the end.
/// </summary>
internal sealed class ProgressLine : IProgress<ReplayProgress>, IDisposable
{
    private const int BarWidth = 40;
    private const string Offline = "offline replay";
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(100);

    private readonly long _start = Stopwatch.GetTimestamp();
    private TimeSpan _next = Interval;
    private int _drawn;

    private readonly string _what;

    private ProgressLine(string what) => _what = what;

    /// <summary>Null when standard error is not a terminal.</summary>
    /// <param name="what">What is under way.</param>
    public static ProgressLine? Create(string what = Offline) => Console.IsErrorRedirected ? null : new ProgressLine(what);

    public void Report(ReplayProgress value)
    {
        TimeSpan elapsed = Stopwatch.GetElapsedTime(_start);
        if (elapsed < _next) return;
        _next = elapsed + Interval;
        string line = Text(value, elapsed, _what);
        Messages.Draw($"\r{line.PadRight(_drawn)}");
        _drawn = line.Length;
    }

    public void Dispose()
    {
        if (_drawn > 0) Messages.Draw($"\r{new string(' ', _drawn)}\r");
        _drawn = 0;
    }

    internal static string Text(ReplayProgress value, TimeSpan elapsed, string what = Offline)
    {
        int total = Math.Max(value.Total, 1);
        int filled = (int)((long)BarWidth * Math.Min(value.Done, total) / total);
        string bar = filled == BarWidth ? new string('#', BarWidth) : new string('#', filled) + ">"
            + new string('-', BarWidth - filled - 1);
        string left = value.Done > 0 ? Clock(elapsed * ((double)(total - value.Done) / value.Done)) : "?";
        return string.Create(CultureInfo.InvariantCulture,
            $"[{Clock(elapsed)}] [{bar}] {value.Done}/{value.Total} ({left}) {what}");
    }

    private static string Clock(TimeSpan time) => time.ToString(time.TotalHours < 1 ? @"mm\:ss" : @"d\.hh\:mm\:ss",
        CultureInfo.InvariantCulture);
}
