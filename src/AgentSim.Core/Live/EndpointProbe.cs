using AgentSim.Metrics;
using AgentSim.Recording;
using AgentSim.Simulation;

namespace AgentSim.Live;

/// <summary>Asks a server how long it takes, in a way that a timing profile can be fitted to.</summary>
public static class EndpointProbe
{
    /// <summary>What a probe is going to send at most; a server that takes less gets less.</summary>
    /// <param name="live">Where to.</param>
    /// <param name="options">How far it goes.</param>
    /// <param name="cancellation">Stops the work.</param>
    public static LivePreview Preview(LiveSettings live, ProbeOptions options, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(live);
        ArgumentNullException.ThrowIfNull(options);
        live.Check();
        LivePreview[] stages = [.. ProbePlan.Of(options, null, cancellation)
            .Select(stage => LivePreview.Of(stage.Workload, stage.Settings, live.Endpoint))];
        return stages[0] with
        {
            Requests = stages.Sum(stage => stage.Requests),
            InputTokens = stages.Sum(stage => stage.InputTokens),
            OutputTokens = stages.Sum(stage => stage.OutputTokens),
            ScheduleMs = stages.Sum(stage => stage.ScheduleMs),
        };
    }

    /// <summary>Runs the stages one after the other. Stopped, it gives those that were complete by then.</summary>
    /// <param name="live">Where to.</param>
    /// <param name="options">How far to go.</param>
    /// <param name="progress">Told which stage begins.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="AgentSimException">The server cannot be used at all.</exception>
    public static IReadOnlyList<ReplayResult> Run(
        LiveSettings live, ProbeOptions options, IProgress<string>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(live);
        ArgumentNullException.ThrowIfNull(options);
        live.Check();
        RunServer server;
        using (var client = new LiveClient(live, new LiveClock())) server = ServerFacts.Ask(client, live, cancellation);
        List<ReplayResult> results = [];
        IReadOnlyList<ProbeStage> stages = ProbePlan.Of(options, server, cancellation);
        for (int i = 0; i < stages.Count; i++)
        {
            ProbeStage stage = stages[i];
            progress?.Report($"{stage.Name} ({i + 1} of {stages.Count})");
            ReplayResult result = LiveReplay.Run(
                stage.Workload, stage.Settings,
                // No stage finds the prompts of another one in the cache.
                live with { IsHeldOut = stage.IsHeldOut, Salt = live.Salt is { } salt ? unchecked(salt + (ulong)i) : null },
                null, cancellation);
            if (result.Run.Partial) break;
            results.Add(result);
        }

        return results;
    }

    /// <summary>Writes the measurement: the records of all stages, one after the other.</summary>
    /// <param name="stream">Written to, not closed.</param>
    /// <param name="stages">What <see cref="Run"/> gave.</param>
    public static void Write(Stream stream, IReadOnlyList<ReplayResult> stages)
    {
        ArgumentNullException.ThrowIfNull(stages);
        foreach (ReplayResult stage in stages) RequestLogWriter.Write(stream, stage.Requests);
    }
}
