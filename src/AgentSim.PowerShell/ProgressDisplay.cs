using System.Globalization;
using System.Management.Automation;
using AgentSim.Recording;
using AgentSim.Sweeps;

namespace AgentSim.PowerShell;

/// <summary>
/// Shows progress, a few times a second at most, so that it costs nothing and short work shows none. Has to be told on the
/// thread of the pipeline, as Core does: it reports on the thread it was called on.
/// </summary>
internal sealed class ProgressDisplay(Cmdlet command, string activity)
{
    private readonly string _activity = Quote.Shown(activity);   // may name a file
    private const int IntervalMs = 250;
    private static int s_lastId;

    private readonly int _id = Interlocked.Increment(ref s_lastId);
    private long _due = Environment.TickCount64 + IntervalMs;
    private bool _isShown;

    /// <summary>Progress of reading files.</summary>
    /// <param name="files">The files; their sizes make the whole.</param>
    public IProgress<long> Reading(IEnumerable<string> files)
    {
        long total = files.Sum(file => File.Exists(file) ? new FileInfo(file).Length : 0);
        return new Sink<long>(this, bytes => Show(bytes, total,
            string.Create(CultureInfo.InvariantCulture, $"{bytes:N0} of {total:N0} bytes")));
    }

    /// <summary>Progress of a replay.</summary>
    public IProgress<ReplayProgress> Replaying() => new Sink<ReplayProgress>(this, at => Show(at.Done, at.Total, string.Create(
        CultureInfo.InvariantCulture,
            $"{at.Done:N0} of {at.Total:N0} requests, simulated time {TimeSpan.FromMilliseconds(at.SimulatedMs):d\\.hh\\:mm\\:ss}")));

    /// <summary>Progress of a sweep.</summary>
    public IProgress<SweepProgress> Sweeping() => new Sink<SweepProgress>(this, at => Show((long)(at.Fraction * 1000), 1000, string.Create(
        CultureInfo.InvariantCulture, $"{at.Done:N0} of {at.Total:N0} points")));

    /// <summary>Progress in words.</summary>
    public IProgress<string> Saying() => new Sink<string>(this, status => Show(0, 0, status));

    /// <summary>Takes the display away.</summary>
    public void Complete()
    {
        if (_isShown) command.WriteProgress(new ProgressRecord(_id, _activity, "done") { RecordType = ProgressRecordType.Completed });
    }

    private void Show(long done, long total, string status)
    {
        _isShown = true;
        int percent = total > 0 ? (int)Math.Min(100, done * 100.0 / total) : -1;
        command.WriteProgress(new ProgressRecord(_id, _activity, status) { PercentComplete = percent });
    }

    private sealed class Sink<T>(ProgressDisplay display, Action<T> show) : IProgress<T>
    {
        public void Report(T value)
        {
            long now = Environment.TickCount64;
            if (now < display._due) return;
            display._due = now + IntervalMs;
            show(value);
        }
    }
}
