using AgentSim.Recording;

namespace AgentSim.Timelines;

/// <summary>The counters of a replay, worker by worker: requests waiting and running, the batch they make up, KV blocks in use.</summary>
internal sealed class ReplayCounters(ReplayTracks tracks)
{
    private readonly record struct Change(long Time, int Waiting, int Prefill, int Decode);

    private readonly Dictionary<WorkerKey, List<Change>> _changes = [];

    /// <summary>Counts a request in and out of the stages of a worker.</summary>
    public void Add(RequestSpan span, RequestResult request)
    {
        if (!_changes.TryGetValue(span.Worker, out List<Change>? changes)) _changes.Add(span.Worker, changes = []);
        foreach ((string stage, long begin, long end) in span.Stages(request))
        {
            Change change = stage switch
            {
                "queue" => new Change(begin, 1, 0, 0),
                "prefill" => new Change(begin, 0, 1, 0),
                "decode" => new Change(begin, 0, 0, 1),
                _ => default,
            };
            if (change == default) continue;
            changes.Add(change);
            changes.Add(new Change(end, -change.Waiting, -change.Prefill, -change.Decode));
        }
    }

    /// <summary>Writes all counters.</summary>
    public void Write(TraceEventWriter writer, IReadOnlyList<KvUseSample> kvUse)
    {
        foreach ((WorkerKey worker, int process) in tracks.Processes)
        {
            if (_changes.TryGetValue(worker, out List<Change>? changes)) WriteRequests(writer, process, changes);
        }

        foreach (IGrouping<WorkerKey, KvUseSample> samples in kvUse.GroupBy(sample => new WorkerKey(sample.WorkerType, sample.Index)))
            WriteKvUse(writer, tracks[samples.Key], [.. samples]);
    }

    private static void WriteRequests(TraceEventWriter writer, int process, List<Change> changes)
    {
        changes.Sort(static (a, b) => a.Time.CompareTo(b.Time));
        (int waiting, int prefill, int decode) = (0, 0, 0);
        for (int i = 0; i < changes.Count; i++)
        {
            Change change = changes[i];
            (waiting, prefill, decode) = (waiting + change.Waiting, prefill + change.Prefill, decode + change.Decode);
            if (i + 1 < changes.Count && changes[i + 1].Time == change.Time) continue;
            Write(writer, process, change.Time, "requests", ("running", prefill + decode), ("waiting", waiting));
            Write(writer, process, change.Time, "batch size", ("decode", decode), ("prefill", prefill));
        }
    }

    private static void WriteKvUse(TraceEventWriter writer, int process, KvUseSample[] samples)
    {
        for (int i = 0; i < samples.Length; i++)
        {
            if (i + 1 < samples.Length && samples[i + 1].TimeMs == samples[i].TimeMs) continue;
            Write(writer, process, EventTime.FromSimulated(samples[i].TimeMs), "KV blocks in use", ("blocks", samples[i].Blocks));
        }
    }

    // A counter belongs to its process, for which its main thread stands.
    private static void Write(TraceEventWriter writer, int process, long time, string name,
        params ReadOnlySpan<(string Series, long Value)> values)
    {
        var json = writer.Begin(new TraceEvent(EventPhase.Counter, name, "", new EventTrack(process, process), time));
        foreach ((string series, long value) in values) json.WriteNumber(series, value);
        writer.End();
    }
}
