using System.Text.Json;
using AgentSim.Agents;
using AgentSim.Engines;
using AgentSim.Recording;
using AgentSim.Simulation;

namespace AgentSim.Timelines;

/// <summary>
/// The timeline of a replay: a process per worker, in it a thread per session with the stages of its requests and what
/// kept them before, arrows between requests that wait for each other, and counters. Time 0 is the start of the replay.
/// </summary>
public sealed class ReplayTimeline
{
    private const int RequestsBetweenReports = 1024;
    private const string NoSession = "requests";

    private readonly IReadOnlyList<RequestResult> _requests;
    private readonly ReplayWaits? _links;
    private readonly IReadOnlyList<KvUseSample> _kvUse;
    private readonly TimelineOptions _options;
    private readonly ReplayTracks _tracks;
    private readonly List<(RequestSpan Span, EventTrack Track)> _spans = [];
    private readonly AgentResults? _agents;
    private readonly int[] _spansOf;   // by request: index of its first span; the next entry ends them

    /// <summary>The timeline of a result, with everything that the replay knows.</summary>
    /// <param name="result">The replay; its KV blocks are shown if it recorded them.</param>
    /// <param name="options">What to show.</param>
    public ReplayTimeline(ReplayResult result, TimelineOptions options)
        : this(
            (result ?? throw new ArgumentNullException(nameof(result))).Requests, new ReplayWaits(result), result.KvUse, options,
            result.Workers.Select(worker => new WorkerKey(worker.WorkerType, worker.Index)),
            (int)(result.Origin.Settings.Pools is null ? result.Origin.Settings.Engine.DpSize : 1))
    {
        _agents = result.Agents;
    }

    /// <summary>The timeline of records alone: without waits, arrows between requests, and KV blocks.</summary>
    /// <param name="requests">The records.</param>
    /// <param name="options">What to show.</param>
    public ReplayTimeline(IReadOnlyList<RequestResult> requests, TimelineOptions options)
        : this(requests, null, [], options, [], 1)
    {
    }

    private ReplayTimeline(
        IReadOnlyList<RequestResult> requests, ReplayWaits? links, IReadOnlyList<KvUseSample> kvUse, TimelineOptions options,
            IEnumerable<WorkerKey> workers, int ranks)
    {
        ArgumentNullException.ThrowIfNull(requests);
        ArgumentNullException.ThrowIfNull(options);
        (_requests, _links, _kvUse, _options) = (requests, links, kvUse, options);
        var spans = new List<RequestSpan>();
        _spansOf = new int[requests.Count + 1];
        bool hasPools = requests.Any(request => request.PrefillWorkerIdx is not null);
        for (int i = 0; i < requests.Count; i++)
        {
            spans.AddRange(RequestSpan.Of(i, requests[i], hasPools));
            _spansOf[i + 1] = spans.Count;
        }

        _tracks = new ReplayTracks([.. workers, .. spans.Select(span => span.Worker)], ranks);
        Place(spans);
    }

    /// <summary>Writes the timeline.</summary>
    /// <param name="stream">Written to, not closed.</param>
    /// <param name="progress">Told now and then how many requests are written.</param>
    /// <param name="cancel">Ends the writing.</param>
    public void Write(Stream stream, IProgress<ReplayProgress>? progress = null, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(stream);
        using var writer = new TraceEventWriter(stream, _options.Indented, cancel);
        _tracks.WriteNames(writer);
        var counters = new ReplayCounters(_tracks);
        var arrows = new FlowWriter(writer);
        for (int i = 0; i < _requests.Count; i++)
        {
            RequestResult request = _requests[i];
            for (int at = _spansOf[i]; at < _spansOf[i + 1]; at++)
            {
                if (at == _spansOf[i]) WriteWait(writer, i, _spans[at].Track);
                WriteSpan(writer, _spans[at], request);
                counters.Add(_spans[at].Span, request);
            }

            if (request is { SourceHeldMs: { } held, DestinationActivatedMs: { } arrived } && _spansOf[i + 1] - _spansOf[i] == 2)
                WriteTransfer(arrows, i, EventTime.FromSimulated(held), EventTime.FromSimulated(arrived));
            if ((i + 1) % RequestsBetweenReports == 0) progress?.Report(new ReplayProgress(i + 1, _requests.Count, request.ArrivalTimeMs));
        }

        foreach (RequestLink link in _links?.Links ?? []) WriteLink(arrows, link);
        if (_agents is { } agents) WriteCriticalPaths(writer, arrows, agents);
        counters.Write(writer, _kvUse);
        writer.Finish();
    }

    // Spans go to lanes in the order in which they begin; one that waited before begins with its wait.
    private void Place(List<RequestSpan> spans)
    {
        var sessions = new string?[_requests.Count];
        for (int i = 0; i < sessions.Length; i++) sessions[i] = _links is null ? _requests[i].SessionId : _links.SessionOf(i);
        // Where every session is a single request, a thread for each would show nothing.
        bool isSingleTurn = sessions.Distinct().Count() == sessions.Length;
        var begins = new long[spans.Count];
        for (int at = 0; at < begins.Length; at++)
        {
            int request = spans[at].Request;
            begins[at] = at == _spansOf[request] && _links?.WaitOf(request) is { } wait ? wait.Begin : spans[at].Begin;
        }

        var tracks = new EventTrack[spans.Count];
        foreach (int at in Enumerable.Range(0, begins.Length).OrderBy(at => begins[at]))
            tracks[at] = _tracks.Place(spans[at].Worker, (isSingleTurn ? null : sessions[spans[at].Request]) ?? NoSession, begins[at],
                spans[at].End);
        for (int at = 0; at < tracks.Length; at++) _spans.Add((spans[at], tracks[at]));
    }

    private void WriteWait(TraceEventWriter writer, int index, EventTrack track)
    {
        if (_links?.WaitOf(index) is not { } wait) return;
        WriteSlice(writer, "tool wait", "agentsim.wait", track, wait.Begin, wait.ToolEnd);
        WriteSlice(writer, "delay", "agentsim.wait", track, wait.ToolEnd, wait.End);
    }

    private void WriteSpan(TraceEventWriter writer, (RequestSpan Span, EventTrack Track) place, RequestResult request)
    {
        (RequestSpan span, EventTrack track) = place;
        string name = request.RequestId ?? (request.TurnIndex is { } turn ? $"turn {turn + 1}" : $"request {request.Ordinal}");
        Utf8JsonWriter arguments = writer.Begin(new TraceEvent(EventPhase.Complete, name, "agentsim.request", track, span.Begin,
            span.End - span.Begin));
        WriteArguments(arguments, request);
        writer.End();
        if (_options.Stages)
        {
            foreach ((string stage, long begin, long end) in span.Stages(request))
                WriteSlice(writer, stage, "agentsim.stage", track, begin, end);
        }

        if (_options.FirstTokenMarkers && span.Worker.Type != WorkerType.Prefill && request.FirstTokenMs is { } first)
            writer.Write(new TraceEvent(EventPhase.Instant, "first token", "agentsim.marker", track, EventTime.FromSimulated(first)));
    }

    private static void WriteSlice(TraceEventWriter writer, string name, string category, EventTrack track, long begin, long end)
    {
        if (end > begin) writer.Write(new TraceEvent(EventPhase.Complete, name, category, track, begin, end - begin));
    }

    private static void WriteArguments(Utf8JsonWriter json, RequestResult request)
    {
        json.WriteNumber("ordinal"u8, request.Ordinal);
        if (request.SessionId is { } session) json.WriteString("session_id"u8, session);
        if (request.TurnIndex is { } turn) json.WriteNumber("turn_index"u8, turn);
        if (request.RequestId is { } id) json.WriteString("request_id"u8, id);
        json.WriteNumber("input_length"u8, request.InputLength);
        json.WriteNumber("reused_input_tokens"u8, request.ReusedInputTokens);
        json.WriteNumber("output_length"u8, request.OutputLength);
        if (request.TtftMs is { } ttft) json.WriteNumber("ttft_ms"u8, ttft);
        if (request.ItlMs is { } itl) json.WriteNumber("itl_ms"u8, itl);
        if (request.E2eLatencyMs is { } latency) json.WriteNumber("e2e_latency_ms"u8, latency);
        json.WriteString("terminal_status"u8, request.TerminalStatus.ToString().ToLowerInvariant());
    }

    private void WriteTransfer(FlowWriter arrows, int request, long held, long arrived)
    {
        (RequestSpan source, EventTrack from) = _spans[_spansOf[request]];
        (RequestSpan target, EventTrack to) = _spans[_spansOf[request] + 1];
        (long leaves, long arrives) = (Math.Clamp(held - 1, source.Begin, source.End - 1),
            Math.Clamp(arrived, target.Begin, target.End - 1));
        // Records from a file may say anything.
        if (leaves <= arrives) arrows.Write("KV transfer", "agentsim.transfer", (from, leaves), (to, arrives));
    }

    // An arrow begins within the slice it comes from, just before its end.
    private void WriteLink(FlowWriter arrows, RequestLink link)
    {
        (RequestSpan source, EventTrack from) = _spans[link.OnDispatch ? _spansOf[link.Source] : _spansOf[link.Source + 1] - 1];
        (RequestSpan target, EventTrack to) = _spans[_spansOf[link.Target]];
        arrows.Write(
            link.IsBranch ? "branch" : "wait_for", "agentsim.dependency", (from, link.OnDispatch ? source.Begin : source.End - 1),
                (to, target.Begin));
    }

    // A thread per task with the links of its path, and arrows from request to request along it.
    private void WriteCriticalPaths(TraceEventWriter writer, FlowWriter arrows, AgentResults agents)
    {
        Dictionary<int, int> indexOf = [];
        for (int i = 0; i < _requests.Count; i++) indexOf[_requests[i].Ordinal] = i;
        TaskResult[] tasks = [.. agents.Tasks.Where(task => task.MakespanMs > 0)];
        EventTrack[] tracks = _tracks.AddProcess("Critical paths", [.. tasks
            .Select(task => task.PlayId is { } play ? $"{play}: {task.TaskId}" : task.TaskId)], writer);
        for (int i = 0; i < tasks.Length; i++)
        {
            PathLink? before = null;
            foreach (PathLink link in tasks[i].CriticalPath)
            {
                long begin = EventTime.FromSimulated(link.BeginMs), end = EventTime.FromSimulated(link.EndMs);
                Utf8JsonWriter arguments = writer.Begin(new TraceEvent(EventPhase.Complete, link.Tool is { Length: > 0 } tool
                    ? $"tool: {tool}" : TimeSplit.NameOf(link.Part), "agentsim.critical_path", tracks[i], begin, end - begin));
                arguments.WriteNumber("ordinal"u8, link.Ordinal);
                if (link.RequestId is { } id) arguments.WriteString("request_id"u8, id);
                arguments.WriteString("session_id"u8, link.SessionId);
                writer.End();
                if (before is not null && before.Ordinal != link.Ordinal && indexOf.TryGetValue(before.Ordinal, out int source)
                    && indexOf.TryGetValue(link.Ordinal, out int target))
                {
                    // From within the slice that the path leaves, which goes on where a start let the next one go.
                    (RequestSpan last, EventTrack from) = _spans[_spansOf[source + 1] - 1];
                    (RequestSpan first, EventTrack to) = _spans[_spansOf[target]];
                    arrows.Write("critical path", "agentsim.critical_path", (from,
                        Math.Clamp(begin - 1, last.Begin, Math.Max(last.Begin, last.End - 1))), (to, first.Begin));
                }

                before = link;
            }
        }
    }

    /// <summary>Writes arrows, each of two events with a number in common.</summary>
    private sealed class FlowWriter(TraceEventWriter writer)
    {
        private int _flows;

        public void Write(string name, string category, (EventTrack Track, long Time) from, (EventTrack Track, long Time) to)
        {
            _flows++;
            writer.Write(new TraceEvent(EventPhase.FlowStart, name, category, from.Track, from.Time, Flow: _flows));
            writer.Write(new TraceEvent(EventPhase.FlowEnd, name, category, to.Track, to.Time, Flow: _flows));
        }
    }
}
