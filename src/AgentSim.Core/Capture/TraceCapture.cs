using System.Diagnostics;
using System.Net;
using AgentSim.Files;
using AgentSim.Traces;

namespace AgentSim.Capture;

/// <summary>
/// A running capture: the files that AgentSim and a Dynamo frontend write under one path, and the ingress of tool events
/// (behaviour 07#A). Thread-safe.
/// </summary>
/// <example><code>
/// using TraceCapture capture = TraceCapture.Start(options, PullEndpoint.Bind);
/// Console.WriteLine(DynamoEnvironment.ToEnvFile(capture.GetStatus().Environment));
/// </code></example>
public sealed class TraceCapture : IDisposable
{
    private const int MostProblems = 100;
    private static readonly TimeSpan RateWindow = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Recording = TimeSpan.FromMilliseconds(100);   // more than a row takes to be made

    private readonly TraceCaptureOptions _options;
    private readonly Action<AgentSimException>? _onProblem;
    private readonly object _gate = new();
    private readonly List<AgentSimException> _problems = [];
    private readonly DateTimeOffset _started = DateTimeOffset.Now;
    private readonly long _firstIndex;
    private readonly TraceWatch _watch;
    private readonly IReadOnlyDictionary<string, string> _environment;
    private readonly TraceFileSink? _sink;
    private readonly ToolEventIngress? _ingress;
    private readonly IPullEndpoint? _endpoint;
    private readonly ProxySupervisor? _proxy;
    private (long Time, long Rows) _rateStart = (Stopwatch.GetTimestamp(), 0);
    private (long Time, long Rows) _rateNext = (Stopwatch.GetTimestamp(), 0);
    private ProxyReport? _proxyReport;   // the last one asked for
    private volatile bool _isStopped;

    private TraceCapture(TraceCaptureOptions options, PullBinder? bind, Action<AgentSimException>? onProblem)
    {
        ProcessLimits.IgnoreFileSizeSignal();
        options.Sink.Check();
        options = options with { Sink = options.Sink with { Path = Path.GetFullPath(options.Sink.Path) } };
        options.Proxy?.Check();
        (_options, _onProblem) = (options, onProblem);
        bool hasIngress = options.ToolEndpoint is not null;
        _environment = DynamoEnvironment.For(options.Sink, hasIngress);
        _firstIndex = options.Sink.Format == TraceFileFormat.JsonlGz ? SegmentNames.Next(options.Sink.Path) : 0;
        _watch = NewWatch();
        try
        {
            if (hasIngress)
            {
                ArgumentNullException.ThrowIfNull(bind);
                _sink = TraceFileSink.Open(options.Sink, Report);
                _ingress = new ToolEventIngress(_sink, options.ToolTopic, Report);
                _endpoint = bind(options.ToolEndpoint!, _ingress);
                WarnOfOthers(_endpoint.Address);
            }

            // What a frontend will write is known to be lost as early as what this process would.
            if (!hasIngress && options.Proxy is null) TraceFileSink.CheckFolder(options.Sink.Path);
            if (options.Proxy is not { } proxy) return;
            _proxy = ProxySupervisor.Start(new ProxySettings(proxy, options.Sink with { Path = ProxyPath(options) }), Report);
            WarnOfOthers(_proxy.Address);
            _environment = ProxyEnvironment.For(proxy, _proxy.Address);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>The path captured to, absolute.</summary>
    public string OutputPath => _options.Sink.Path;

    /// <summary>Starts a capture.</summary>
    /// <param name="options">What to capture, and where to.</param>
    /// <param name="bind">Binds the socket for tool events; needed if they are received.</param>
    /// <param name="onProblem">Told about problems as they come up, on any thread; must not block.</param>
    /// <exception cref="AgentSimException">A setting is invalid, or a file or address cannot be used.</exception>
    public static TraceCapture Start(TraceCaptureOptions options, PullBinder? bind = null, Action<AgentSimException>? onProblem = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        return new TraceCapture(options, bind, onProblem);
    }

    /// <summary>The status of files that another process captures, or captured: all there are under the path.</summary>
    /// <param name="path">The path captured to.</param>
    /// <param name="cancel">Ends the reading.</param>
    /// <exception cref="AgentSimException">There are no such files.</exception>
    public static TraceStatus GetStatus(string path, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(path);
        IReadOnlyList<TraceSegment> segments = new TraceWatch(() => Files(path)).Segments(cancel);
        if (segments.Count == 0)
            throw Errors.CaptureMissing.At(path, 0, "no capture is running under this path, and there are no captured files");
        return new TraceStatus { OutputPath = path, Segments = segments };
    }

    /// <summary>Hands out the records that other processes write under a path from now on.</summary>
    /// <param name="path">The path captured to.</param>
    /// <param name="onRecord">Takes a record.</param>
    /// <param name="onBad">Told about a malformed record or a file that cannot be read.</param>
    /// <param name="cancel">Ends the following.</param>
    public static void Follow(string path, Action<TraceRecord> onRecord, Action<AgentSimException> onBad, CancellationToken cancel) =>
        new TraceWatch(() => Files(path)).Follow(onRecord, onBad, () => false, cancel);

    /// <summary>How the capture stands.</summary>
    /// <param name="cancel">Ends the reading of files that others write.</param>
    public TraceStatus GetStatus(CancellationToken cancel = default)
    {
        lock (_gate)
        {
            _proxyReport = _proxy?.Status();
            TraceSinkCounters? sink = TraceSinkCounters.Sum(_sink?.Counters, _proxyReport?.Sink);
            IReadOnlyList<TraceSegment> own = sink?.Segments ?? [];
            TraceSegment[] others = [.. _watch.Segments(cancel)];
            TraceSegment[] segments = [.. own.Concat(others).OrderBy(segment => segment.Path, StringComparer.Ordinal)];
            return new TraceStatus
            {
                OutputPath = OutputPath,
                IsRunning = !_isStopped,
                Started = _started,
                Segments = segments,
                RowsPerSecond = Rate(segments.Sum(segment => segment.Rows)),
                ToolEndpoint = _endpoint?.Address,
                Sink = sink,
                Tools = _ingress?.Counters,
                Peers = _endpoint?.Counters,
                ProxyAddress = _proxy?.Address,
                Proxy = _proxyReport?.Counters,
                Environment = _environment,
                Problems = Problems(),
            };
        }
    }

    /// <summary>Hands out the records written from now on, until the capture is stopped.</summary>
    /// <param name="onRecord">Takes a record.</param>
    /// <param name="onBad">Told about a malformed record or a file that cannot be read.</param>
    /// <param name="cancel">Ends the following.</param>
    public void Follow(Action<TraceRecord> onRecord, Action<AgentSimException> onBad, CancellationToken cancel) =>
        NewWatch(ownToo: true).Follow(onRecord, onBad, () => _isStopped, cancel);

    /// <summary>Stops the capture: takes what harnesses have sent, and writes everything. A second time does nothing.</summary>
    public void Dispose() => Stop(CancellationToken.None);

    /// <summary>Stops the capture: takes what harnesses have sent, and writes everything. A second time does nothing.</summary>
    /// <param name="hurry">Breaks off at once the answers that pass through the proxy; otherwise they have five seconds.</param>
    public void Stop(CancellationToken hurry)
    {
        if (_isStopped) return;
        if (_onProblem is not null && AnswersUnderWay() is > 0 and var active)
        {
            _onProblem(Errors.AnswersUnderWay.Error(
                $"{active} answers are under way; they have five seconds to end and are broken off then"));
        }

        _proxy?.Stop(hurry);
        _endpoint?.DisposeAsync().AsTask().GetAwaiter().GetResult();
        ReportMissing();
        _sink?.Dispose();
        _isStopped = true;
    }

    /// <summary>Answers that pass through the proxy now, without those that have just ended and are being recorded.</summary>
    internal long AnswersUnderWay()
    {
        if (_proxy is null || _isStopped || _proxy.Status().Counters.Active == 0) return 0;
        Thread.Sleep(Recording);
        return _proxy.Status().Counters.Active;
    }

    private void WarnOfOthers(string endpoint)
    {
        string address = endpoint[(endpoint.IndexOf("//", StringComparison.Ordinal) + 2)..];
        if (!IPEndPoint.TryParse(address, out IPEndPoint? bound) || IPAddress.IsLoopback(bound.Address)) return;
        Report(Errors.EndpointReachable.Error(
            $"{endpoint} can be reached from other machines, without authentication; use 127.0.0.1 unless you trust all of them"));
    }

    // What was still on its way when the time for it was over.
    private void ReportMissing()
    {
        if (_endpoint?.Counters is not { } peers || peers.CutOff + peers.Lost == 0) return;
        Report(Errors.ToolEventsCut.Error(
            $"when the capture was stopped, {peers.CutOff} clients were still sending tool events and {peers.Lost} events waited to be " +
                "written; they are missing: end the clients first"));
    }

    private static IEnumerable<string> Files(string path)
    {
        foreach ((_, string file) in SegmentNames.List(path)) yield return file;
        string full = Path.GetFullPath(path);
        if (File.Exists(full)) yield return full;
        foreach (string beside in (string[])[DynamoEnvironment.BesidePath(full), ProxyPath(full)])
        {
            if (File.Exists(beside)) yield return beside;
        }
    }

    // What this process writes it need not read to know what is in it.
    private TraceWatch NewWatch(bool ownToo = false) => new(() =>
    {
        if (ownToo || (_sink is null && _proxy is null)) return AllFiles();
        HashSet<string> own = [.. (_sink?.Counters.Segments ?? []).Concat(_proxyReport?.Sink?.Segments ?? [])
            .Select(segment => segment.Path)];
        if (_options.Sink.Format == TraceFileFormat.Jsonl && _sink is not null) own.Add(OutputPath);
        if (_options.Sink.Format == TraceFileFormat.Jsonl && _proxyReport?.Sink is not null) own.Add(ProxyPath(_options));
        return AllFiles().Where(file => !own.Contains(file));
    });

    private IEnumerable<string> AllFiles()
    {
        if (_options.Sink.Format == TraceFileFormat.JsonlGz)
            return SegmentNames.List(OutputPath).Where(segment => segment.Index >= _firstIndex).Select(segment => segment.Path);
        string frontend = DynamoEnvironment.FilePath(_options.Sink, _options.ToolEndpoint is not null);
        return new[] { OutputPath, ProxyPath(_options), frontend }.Distinct().Where(File.Exists);
    }

    // Two processes cannot share a plain file.
    private static string ProxyPath(TraceCaptureOptions options) =>
        options is { Sink.Format: TraceFileFormat.Jsonl, ToolEndpoint: not null, Proxy: not null } ? ProxyPath(options.Sink.Path)
            : options.Sink.Path;

    private static string ProxyPath(string path) => SegmentNames.Prefix(path) + ".proxy.jsonl";

    // Over at least the window, so that two questions in a row do not divide by next to nothing.
    private double? Rate(long rows)
    {
        long now = Stopwatch.GetTimestamp();
        if (Stopwatch.GetElapsedTime(_rateNext.Time, now) >= RateWindow) (_rateStart, _rateNext) = (_rateNext, (now, rows));
        double seconds = Stopwatch.GetElapsedTime(_rateStart.Time, now).TotalSeconds;
        return seconds > 0 ? (rows - _rateStart.Rows) / seconds : null;
    }

    private AgentSimException[] Problems()
    {
        lock (_problems) return [.. _problems];
    }

    private void Report(AgentSimException problem)
    {
        lock (_problems)
        {
            if (_problems.Count < MostProblems) _problems.Add(problem);
        }

        _onProblem?.Invoke(problem);
    }
}
