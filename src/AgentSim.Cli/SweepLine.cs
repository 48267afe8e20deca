using AgentSim.Recording;
using AgentSim.Sweeps;

namespace AgentSim.Cli;

/// <summary>A line on standard error, only on a terminal, that shows how far a sweep is.</summary>
internal sealed class SweepLine : IProgress<SweepProgress>, IDisposable
{
    private readonly ProgressLine _line;

    private SweepLine(ProgressLine line) => _line = line;

    /// <summary>Null when standard error is not a terminal.</summary>
    public static SweepLine? Create() => ProgressLine.Create() is { } line ? new SweepLine(line) : null;

    public void Report(SweepProgress value) => _line.Report(new ReplayProgress(value.Done, value.Total, 0.0));

    public void Dispose() => _line.Dispose();
}
