using AgentSim.Traces;
using AgentSim.Traces.Schema;

namespace AgentSim.Timelines;

/// <summary>
/// The timeline of a recorded request trace (behaviour 07#B): one process, threads per session, where requests and
/// tools lie side by side as they overlapped. Reading is lenient: what is no record is passed over, and a record needs
/// no more than a time. Times are microseconds since 1970.
/// </summary>
/// <param name="options">What to show.</param>
public sealed class TraceTimeline(TimelineOptions options)
{
    private const int FoundTypes = 5;
    private const int MostTypes = 1000;   // beyond that they are no types

    private readonly OrderedDictionary<string, List<RecordedRequest>> _requests = [];   // by session
    private readonly List<RecordedRequest> _inOrder = [];
    private readonly ToolRows _tools = new();
    private readonly SortedDictionary<string, long> _found = new(StringComparer.Ordinal);   // records by their types

    /// <summary>Why there is nothing to draw: what was found, and what is expected; null: there is something.</summary>
    internal string? Nothing
    {
        get
        {
            if (_inOrder.Count > 0 || !_tools.IsEmpty) return null;
            string found = _found.Count == 0 ? "no record" : string.Join(", ", _found.Take(FoundTypes)
                .Select(type => $"{type.Value} of {(type.Key.Length == 0 ? "no event_type" : Quote.Of(type.Key))}"))
                + (_found.Count > FoundTypes ? " and other types" : "");
            return $"there is nothing to draw: of the types of records that a timeline shows ({TraceNames.RequestEnd}, "
                + $"{TraceNames.ToolStart}, {TraceNames.ToolEnd}, {TraceNames.ToolError}) none came with its time and payload; "
                + $"found: {found}";
        }
    }

    /// <summary>Adds a record. What <see cref="TraceRecord"/> does not hold, above all tool starts, is not in the timeline.</summary>
    /// <exception cref="AgentSimException">A time of it is out of range.</exception>
    public void Add(TraceRecord record)
    {
        ArgumentNullException.ThrowIfNull(record);
        Add(new RecordSource(LenientTraceReader.Of(record), record.Place));
    }

    /// <summary>Writes the timeline of all records added.</summary>
    /// <param name="stream">Written to, not closed.</param>
    /// <param name="cancel">Ends the writing.</param>
    /// <returns>The number of requests and tool calls.</returns>
    /// <exception cref="AgentSimException"><c>TimelineEmpty</c>: there is none.</exception>
    public int Write(Stream stream, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(stream);
        if (Nothing is { } nothing) throw Errors.TimelineEmpty.Error(nothing);
        TimelineItem[] items = [.. Items().OrderBy(item => item.Begin).ThenBy(item => item.Kind)];
        var tracks = new RecordedTracks();
        var events = new List<(EventTrack Track, ItemEvent Event)>();
        foreach (TimelineItem item in items)
        {
            EventTrack track = tracks.Place(item);
            events.AddRange(item.Events.Select(shown => (track, shown)));
        }

        using var writer = new TraceEventWriter(stream, options.Indented, cancel);
        tracks.WriteNames(writer);
        foreach ((EventTrack track, ItemEvent shown) in events.OrderBy(each => each.Event.Time).ThenBy(each => each.Track.Thread))
            writer.Write(new TraceEvent(shown.Phase, shown.Name, shown.Category, track, shown.Time, shown.Duration), shown.Arguments);
        writer.Finish();
        return items.Length;
    }

    /// <summary>Adds the record of a line; one that holds none is passed over.</summary>
    /// <returns>Whether it holds a record of a request trace, of whatever kind.</returns>
    /// <exception cref="AgentSimException">It is not JSON, or a time is out of range.</exception>
    internal bool AddLine(byte[] line, TracePlace place) => LenientTraceReader.Read(line, place,
        record => Add(new RecordSource(record, place)));

    private IEnumerable<TimelineItem> Items() => [.. _inOrder.Select(request => request.Item),
        .. _requests.SelectMany(session => Inferred(session.Key, session.Value)), .. _tools.Items()];

    private IEnumerable<TimelineItem> Inferred(string session, List<RecordedRequest> requests)
    {
        RecordedRequest[] inTime = [.. requests.OrderBy(request => request.Item.Begin)];
        for (int i = 0; i < inTime.Length; i++)
        {
            foreach (AnnouncedCall call in inTime[i].Calls)
            {
                if (call.Id is null || !_tools.KnowsEnd(session, call.Id))
                    yield return call.Infer(session, i + 1 < inTime.Length ? inTime[i + 1] : null);
            }
        }
    }

    private void Add(RecordSource record)
    {
        string? type = record.Record.Text(TraceNames.EventType);
        if (_found.Count < MostTypes || _found.ContainsKey(type ?? "")) _found[type ?? ""] = _found.GetValueOrDefault(type ?? "") + 1;
        if (type is TraceNames.ToolStart or TraceNames.ToolEnd or TraceNames.ToolError)
        {
            _tools.Add(record, type);
        }
        else if (type == TraceNames.RequestEnd && record.Record.Object(TraceNames.Request) is { } request
            && RecordedRequest.Read(record, request, options) is { } read)
        {
            _inOrder.Add(read);
            if (!_requests.TryGetValue(read.Item.Session, out List<RecordedRequest>? session))
                _requests.Add(read.Item.Session, session = []);
            session.Add(read);
        }
    }
}

/// <summary>
/// The threads of a recorded trace, in the order of their first use: one for the requests and one for the tools of every
/// lane of a session (behaviour 07#B4).
/// </summary>
internal sealed class RecordedTracks
{
    private const int Process = 1;

    private readonly Dictionary<string, Lanes<long>> _lanes = [];
    private readonly OrderedDictionary<(string Session, int Lane, bool IsTools), EventTrack> _tracks = [];

    /// <summary>The thread of an item. Items are to be placed in the order in which they begin.</summary>
    public EventTrack Place(TimelineItem item)
    {
        if (!_lanes.TryGetValue(item.Session, out Lanes<long>? lanes)) _lanes.Add(item.Session, lanes = new Lanes<long>());
        int lane = lanes.Place(item.Begin, Math.Max(item.End, item.Begin + 1000));
        (string, int, bool) key = (item.Session, lane, item.Kind != ItemKind.Request);
        if (!_tracks.TryGetValue(key, out EventTrack track)) _tracks.Add(key, track = new EventTrack(Process, _tracks.Count + 1));
        return track;
    }

    public void WriteNames(TraceEventWriter writer)
    {
        if (_tracks.Count > 0) writer.NameProcess(Process, "Dynamo request trace");
        foreach (((string session, int lane, bool isTools), EventTrack track) in _tracks)
            writer.NameThread(track, $"{session}{_lanes[session].Suffix(lane)}{(isTools ? " tools" : "")}");
    }
}
