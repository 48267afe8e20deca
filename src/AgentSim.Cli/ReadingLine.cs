using System.Diagnostics;
using System.Globalization;

namespace AgentSim.Cli;

/// <summary>A line on standard error that shows how much of the input is read. Drawn only on a terminal, and removed at the end.</summary>
internal sealed class ReadingLine : IProgress<long>, IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(200);

    private readonly string _what;
    private readonly long _start = Stopwatch.GetTimestamp();
    private readonly double _total;
    private TimeSpan _next = Interval;
    private int _drawn;

    private ReadingLine(long total, string what) => (_total, _what) = (Math.Max(1, total), what);

    /// <summary>Null when standard error is not a terminal.</summary>
    /// <param name="total">Says how many bytes there are.</param>
    /// <param name="what">What is done with them.</param>
    public static ReadingLine? Create(Func<long> total, string what) => Console.IsErrorRedirected ? null : new ReadingLine(total(), what);

    public void Report(long value)
    {
        TimeSpan elapsed = Stopwatch.GetElapsedTime(_start);
        if (elapsed < _next) return;
        _next = elapsed + Interval;
        string line = string.Create(CultureInfo.InvariantCulture,
            $"{Math.Min(1, value / _total) * 100:0} % of {_total / 1e6:N1} MB {_what}");
        Messages.Draw($"\r{line.PadRight(_drawn)}");
        _drawn = line.Length;
    }

    public void Dispose()
    {
        if (_drawn > 0) Messages.Draw($"\r{new string(' ', _drawn)}\r");
        _drawn = 0;
    }
}
