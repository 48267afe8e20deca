using System.Globalization;
using AgentSim.Capture;

namespace AgentSim.Cli;

/// <summary>A line on standard error, only on a terminal, that shows how a capture stands.</summary>
internal sealed class CaptureLine : IDisposable
{
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private int _drawn;

    private CaptureLine()
    {
    }

    /// <summary>Null when standard error is not a terminal.</summary>
    public static CaptureLine? Create() => Console.IsErrorRedirected ? null : new CaptureLine();

    public void Show(TraceStatus status)
    {
        string line = string.Create(CultureInfo.InvariantCulture, $"{Text(status)}, {status.RowsPerSecond ?? 0:N0} rows/s");
        Messages.Write($"\r{line.PadRight(_drawn)}");
        _drawn = line.Length;
    }

    public void Dispose()
    {
        if (_drawn > 0) Messages.Write($"\r{new string(' ', _drawn)}\r");
    }

    public static string Text(TraceStatus status)
    {
        string tools = status.Tools is { } events
            ? string.Create(CultureInfo.InvariantCulture, $", {events.Accepted:N0} tool events ({events.Dropped:N0} refused, {events.SequenceMissing:N0} missing)")
            : "";
        if (status.Peers is { TooLong: > 0 } many) tools += string.Create(CultureInfo.InvariantCulture, $", {many.TooLong:N0} too long");
        if (status.Peers is { Refused: > 0 } peers)
            tools += string.Create(CultureInfo.InvariantCulture, $", {peers.Refused:N0} connections refused (the last one: {peers.LastRefusal})");
        string requests = status.Proxy is { } proxy
            ? string.Create(CultureInfo.InvariantCulture, $", {proxy.Requests:N0} requests ({proxy.Failed:N0} failed, {proxy.NotRecorded:N0} not recorded)")
            : "";
        return string.Create(CultureInfo.InvariantCulture, $"{status.Rows:N0} rows in {status.Segments.Count} files, {status.Bytes:N0} bytes{requests}{tools}");
    }
}
