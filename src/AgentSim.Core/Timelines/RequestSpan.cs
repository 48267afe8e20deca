using AgentSim.Engines;
using AgentSim.Recording;

namespace AgentSim.Timelines;

/// <summary>A worker as timelines number it.</summary>
internal readonly record struct WorkerKey(WorkerType Type, int Index)
{
    /// <summary>Index that stands for requests that came to no worker.</summary>
    public const int None = -1;
}

/// <summary>The time that a request spends on a worker, in nanoseconds.</summary>
/// <param name="Request">Index among the requests of the timeline.</param>
/// <param name="Worker">The worker.</param>
/// <param name="Begin">When it starts to queue there, or room is reserved for it.</param>
/// <param name="End">When nothing of it is left to do there; later than <paramref name="Begin"/>.</param>
internal readonly record struct RequestSpan(int Request, WorkerKey Worker, long Begin, long End)
{
    /// <summary>The spans of a request: one, or one on either side of a hand-off.</summary>
    /// <param name="index">Index of the request.</param>
    /// <param name="request">Its record.</param>
    /// <param name="hasPools">Whether prefill and decode have workers of their own.</param>
    public static IEnumerable<RequestSpan> Of(int index, RequestResult request, bool hasPools)
    {
        long arrival = EventTime.FromSimulated(request.ArrivalTimeMs), terminal = EventTime.FromSimulated(request.TerminalTimeMs);
        if (request.PrefillWorkerIdx is not { } prefill)
        {
            // The single-worker runtime names no worker.
            WorkerKey worker = hasPools ? new(WorkerType.Decode, request.DecodeWorkerIdx ?? WorkerKey.None)
                : new(WorkerType.Aggregated, request.DecodeWorkerIdx ?? 0);
            yield return New(worker, arrival, terminal);
            yield break;
        }

        yield return New(new WorkerKey(WorkerType.Prefill, prefill), arrival,
            EventTime.FromSimulated(request.SourceReleasedMs ?? request.SourceHeldMs ?? request.TerminalTimeMs));
        if (request.DecodeWorkerIdx is not { } decode) yield break;
        double reserved = request.DestinationReservedMs ?? request.DestinationActivatedMs ?? request.DecodeAdmitMs
            ?? request.TerminalTimeMs;
        yield return New(new WorkerKey(WorkerType.Decode, decode), EventTime.FromSimulated(reserved), terminal);

        RequestSpan New(WorkerKey worker, long begin, long end) => new(index, worker, begin, Math.Max(end, begin + 1));
    }

    /// <summary>The stages within the span, one after the other; those without length are left out.</summary>
    public IEnumerable<(string Name, long Begin, long End)> Stages(RequestResult request)
    {
        (string Name, double? Until)[] stages = Worker.Type switch
        {
            WorkerType.Prefill => [("queue", request.PrefillAdmitMs), ("prefill", request.SourceHeldMs),
                ("KV held", request.SourceReleasedMs)],
            WorkerType.Decode => [("reserved", request.SourceHeldMs), ("KV transfer", request.DestinationActivatedMs),
                ("queue", request.DecodeAdmitMs), ("decode", request.LastTokenMs)],
            _ => [("queue", request.FirstAdmitMs), ("prefill", request.FirstTokenMs), ("decode", request.LastTokenMs)],
        };
        long begin = Begin;
        foreach ((string name, double? until) in stages)
        {
            // What did not happen any more lasts until the end.
            long end = until is { } known ? Math.Min(EventTime.FromSimulated(known), End) : End;
            if (end <= begin) continue;
            yield return (name, begin, end);
            begin = end;
        }
    }
}
