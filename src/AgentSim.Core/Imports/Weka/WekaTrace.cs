namespace AgentSim.Imports.Weka;

/// <summary>A recorded conversation with its sub-agents, as it stands in the file: times in seconds, ids as they are.</summary>
internal sealed class WekaTrace : WekaThread
{
    /// <summary>Where it was found.</summary>
    public required SourcePlace Place { get; init; }

    /// <summary>Its id; null if it has none.</summary>
    public string? Id { get; set; }

    /// <summary>Tokens of the blocks its ids stand for.</summary>
    public int BlockSize { get; set; } = DefaultBlockSize;

    /// <summary>Whether equal ids are equal blocks in all traces of the data set, not only in this one.</summary>
    public bool IsGlobal { get; set; }

    /// <summary>What its content hashes to: copies of a trace have the same.</summary>
    public ulong Digest { get; set; }

    /// <summary>What a trace without a block size has.</summary>
    public const int DefaultBlockSize = 64;
}

/// <summary>The calls of one agent, in the order of the file, and the sub-agents between them.</summary>
internal class WekaThread
{
    public List<WekaCall> Calls { get; } = [];

    public List<WekaAgent> Agents { get; } = [];
}

/// <summary>One model call.</summary>
internal sealed class WekaCall
{
    /// <summary>When it was sent, in seconds; see <see cref="WekaTimes"/>.</summary>
    public double Time { get; init; }

    /// <summary>How long the answer took, in seconds; null if not recorded.</summary>
    public double? ApiTime { get; init; }

    /// <summary>Time to the first token in seconds; null if not recorded.</summary>
    public double? Ttft { get; init; }

    public long Input { get; init; }

    public long Output { get; init; }

    /// <summary>Whether the output is recorded; 0 otherwise.</summary>
    public bool HasOutput { get; init; }

    public string? Model { get; init; }

    /// <summary>How the answer ended, in Anthropic's words; empty if not recorded.</summary>
    public string? Stop { get; init; }

    /// <summary>Whether there are ids at all.</summary>
    public bool HasIds { get; init; }

    /// <summary>Leading ids that are those of the call before it in the same thread.</summary>
    public int KeptIds { get; init; }

    /// <summary>The ids behind them.</summary>
    public ulong[] NewIds { get; init; } = [];
}

/// <summary>A sub-agent: what the marker in its parent's list says, and its own calls.</summary>
internal sealed class WekaAgent : WekaThread
{
    /// <summary>Time of the marker in seconds: its start or its end, see <see cref="WekaTimes"/>. Null if not recorded.</summary>
    public double? Time { get; set; }

    /// <summary>How long it took, in seconds; null if not recorded, as for agents that were not waited for.</summary>
    public double? Duration { get; set; }

    public string? Id { get; set; }

    /// <summary>Whether its parent went on without waiting for it.</summary>
    public bool IsBackground { get; set; }
}
