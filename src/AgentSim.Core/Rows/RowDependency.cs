using System.Globalization;
using AgentSim.Json;

namespace AgentSim.Rows;

/// <summary>What a dependency of an agentic row waits for (behaviour 01#12.1).</summary>
public enum DependencyTrigger
{
    /// <summary>The other request being handed to the simulated system.</summary>
    Dispatch,

    /// <summary>The other request's completion.</summary>
    Completion,
}

/// <summary>Why an agentic row depends on another one; without influence on a replay (behaviour 01#12.1).</summary>
public enum DependencyRelation
{
    /// <summary>The next request of a session.</summary>
    Sequence,

    /// <summary>The first request of a session that the other request started.</summary>
    Spawn,

    /// <summary>A request that waits for a child session to end.</summary>
    Join,

    /// <summary>An order to be kept for another reason.</summary>
    ReplayBarrier,
}

/// <summary>One dependency of a version 2 agentic row (behaviour 01#12.1).</summary>
/// <param name="RequestId">The request it depends on, of the same play.</param>
/// <param name="Trigger">What has to happen to that request; <see cref="DependencyTrigger.Dispatch"/> only with <see
/// cref="DependencyRelation.Spawn"/>.</param>
/// <param name="DelayMs">Milliseconds from then on; finite, not negative.</param>
/// <param name="Relation">Why.</param>
public sealed record RowDependency(string RequestId, DependencyTrigger Trigger, double DelayMs, DependencyRelation Relation)
{
    /// <summary>The dependency in one line.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"{DelayMs} ms after the {Trigger} of {RequestId} ({Relation})");
}

/// <summary>The words that triggers and relations have in files.</summary>
internal static class DependencyKinds
{
    public static readonly JsonKind<DependencyTrigger?> Trigger = JsonKinds.Word(
        ("dispatch", DependencyTrigger.Dispatch), ("completion", DependencyTrigger.Completion));

    public static readonly JsonKind<DependencyRelation?> Relation = JsonKinds.Word(
        ("sequence", DependencyRelation.Sequence), ("spawn", DependencyRelation.Spawn), ("join", DependencyRelation.Join),
        ("replay_barrier", DependencyRelation.ReplayBarrier));
}
