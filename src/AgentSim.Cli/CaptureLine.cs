using System.Globalization;
using System.Text;
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
        Messages.Draw($"\r{line.PadRight(_drawn)}");
        _drawn = line.Length;
    }

    public void Dispose()
    {
        if (_drawn > 0) Messages.Draw($"\r{new string(' ', _drawn)}\r");
    }

    public static string Text(TraceStatus status)
    {
        string tools = status.Tools is { } events
            ? string.Create(CultureInfo.InvariantCulture,
                $", {events.Accepted:N0} tool events ({events.Dropped:N0} refused, {events.SequenceMissing:N0} missing)")
            : "";
        if (status.Peers is { TooLong: > 0 } many) tools += string.Create(CultureInfo.InvariantCulture, $", {many.TooLong:N0} too long");
        if (status.Peers is { Refused: > 0 } peers)
            tools += string.Create(CultureInfo.InvariantCulture,
                $", {peers.Refused:N0} connections refused (the last one: {peers.LastRefusal})");
        string requests = status.Proxy is { } proxy ? $", {Requests(proxy)}" : "";
        return string.Create(CultureInfo.InvariantCulture,
            $"{status.Rows:N0} rows in {status.Segments.Count} files, {status.Bytes:N0} bytes{requests}{tools}");
    }

    // "12 requests (1 failed, 3 not recorded: 2 images or other media, 1 compressed bodies; 1 with estimated tokens)"
    private static string Requests(ProxyCounters proxy)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture,
            $"{proxy.Requests:N0} requests ({proxy.Failed:N0} failed, {proxy.NotRecorded:N0} not recorded");
        string separator = ": ";
        foreach ((string kind, long count) in proxy.NotRecordedKinds.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            text.Append(CultureInfo.InvariantCulture, $"{separator}{count:N0} {kind}");
            separator = ", ";
        }

        Add(proxy.Estimated, "with estimated tokens");
        Add(proxy.Inferred, "with an inferred session");
        Add(proxy.Retried, "sent again after a refusal");
        Add(proxy.Cancelled, "cancelled");
        Add(proxy.Broken, "broken off by the server");
        Add(proxy.Stopped, "broken off by the stop");
        Add(proxy.Lost, "lost");
        text.Append(')');
        if (proxy.RefusedConnections > 0) text.Append(CultureInfo.InvariantCulture, $", {proxy.RefusedConnections:N0} connections refused");
        return text.ToString();

        void Add(long count, string what)
        {
            if (count > 0) text.Append(CultureInfo.InvariantCulture, $"; {count:N0} {what}");
        }
    }
}
