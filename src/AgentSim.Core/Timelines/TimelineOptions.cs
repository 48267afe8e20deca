namespace AgentSim.Timelines;

/// <summary>What a timeline shows beside the requests and tools themselves (behaviour 07#B).</summary>
public sealed record TimelineOptions
{
    /// <summary>Slices for the stages of a request: waiting, prefill, decode.</summary>
    public bool Stages { get; init; } = true;

    /// <summary>An instant at the first token of every request.</summary>
    public bool FirstTokenMarkers { get; init; }

    /// <summary>Indents by two blanks and sorts all keys, to be read by people and compared by tools.</summary>
    public bool Indented { get; init; }
}
