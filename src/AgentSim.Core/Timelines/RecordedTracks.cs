namespace AgentSim.Timelines;

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
