using System.Globalization;

namespace AgentSim.Agents;

// The parts of the critical path and of the busy time under flat names, for callers that select columns.
public abstract partial class AgentResult
{
    /// <summary>Critical path: waiting for a worker, or for room there, milliseconds.</summary>
    public double? CriticalQueuedMs => Critical?.QueuedMs;
    /// <summary>Critical path: prefill, milliseconds.</summary>
    public double? CriticalPrefillMs => Critical?.PrefillMs;
    /// <summary>Critical path: transfer of KV, milliseconds.</summary>
    public double? CriticalTransferMs => Critical?.TransferMs;
    /// <summary>Critical path: decode, milliseconds.</summary>
    public double? CriticalDecodeMs => Critical?.DecodeMs;
    /// <summary>Critical path: tools, milliseconds; null where rows do not tell them from other pauses.</summary>
    public double? CriticalToolMs => Critical?.ToolMs;
    /// <summary>Critical path: other pauses, milliseconds.</summary>
    public double? CriticalDelayMs => Critical?.DelayMs;
    /// <summary>Critical path: waiting for other sessions, milliseconds; 0 for tasks, whose path passes through them.</summary>
    public double? CriticalSubAgentsMs => Critical?.SubAgentsMs;
    /// <summary>Critical path: waiting for the recorded start of a request, milliseconds.</summary>
    public double? CriticalRecordedStartMs => Critical?.RecordedStartMs;
    /// <summary>Critical path: tools by class, in a line.</summary>
    public string CriticalTools =>
        string.Join("; ", Tools.Select(tool => string.Create(CultureInfo.InvariantCulture, $"{tool.ToolClass}={tool.Ms:R}")));

    /// <summary>Time in which at least one request waits for a worker, or for room there, milliseconds.</summary>
    public double? BusyQueuedMs => Busy?.QueuedMs;
    /// <summary>Time in which at least one request is in prefill, milliseconds.</summary>
    public double? BusyPrefillMs => Busy?.PrefillMs;
    /// <summary>Time in which the KV of at least one request moves, milliseconds.</summary>
    public double? BusyTransferMs => Busy?.TransferMs;
    /// <summary>Time in which at least one request is in decode, milliseconds.</summary>
    public double? BusyDecodeMs => Busy?.DecodeMs;
    /// <summary>
    /// Time in which at least one request waits for tools, milliseconds; null where rows do not tell them from other pauses.
    /// </summary>
    public double? BusyToolMs => Busy?.ToolMs;
    /// <summary>Time of other pauses, milliseconds.</summary>
    public double? BusyDelayMs => Busy?.DelayMs;
    /// <summary>Time in which a session waits for others, milliseconds.</summary>
    public double? BusySubAgentsMs => Busy?.SubAgentsMs;
    /// <summary>Time in which at least one request waits for its recorded start, milliseconds.</summary>
    public double? BusyRecordedStartMs => Busy?.RecordedStartMs;
}
