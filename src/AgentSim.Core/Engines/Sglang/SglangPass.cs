namespace AgentSim.Engines.Sglang;

/// <summary>A pass of an SGLang rank (behaviour 03#A.3).</summary>
internal sealed class SglangPass : Pass
{
    /// <summary>Requests that prefill.</summary>
    public List<Sequence> Batch { get; } = [];

    /// <summary>Requests that gave way.</summary>
    public List<Sequence> Retracted { get; } = [];

    /// <summary>Requests that ended.</summary>
    public List<Sequence> Completed { get; } = [];

    /// <summary>Transferred prompts that came into the batch.</summary>
    public int Started;

    /// <summary>It tried to decode.</summary>
    public bool ScheduledDecode;

    /// <summary>Tokens got KV slots that never had any before.</summary>
    public bool MaterialisedNew;

    public void Begin()
    {
        BeginAnew();
        Batch.Clear();
        Retracted.Clear();
        Completed.Clear();
        Started = 0;
        ScheduledDecode = MaterialisedNew = false;
    }

    public void Conclude() => Conclude(Started > 0 || Batch.Count > 0, ScheduledDecode, Started > 0 || MaterialisedNew);
}
