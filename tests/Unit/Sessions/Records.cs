using AgentSim.Traces;

namespace AgentSim.Tests.Sessions;

/// <summary>Records made short.</summary>
internal static class Records
{
    public static RequestRecord Request(string id, long start, long end, string? session = "s", string? parent = null,
        ulong[]? hashes = null) => new()
    {
        EventType = "request_end",
        EventUnixMs = end,
        SessionId = session,
        ParentSessionId = parent,
        RequestId = id,
        ReceivedUnixMs = start,
        OutputTokens = 10,
        TraceBlockSize = 16,
        InputSequenceHashes = hashes ?? [1],
        InputLength = 16 * (hashes?.Length ?? 1),
    };

    public static ToolRecord Tool(long start, long end, string toolClass = "bash", string? session = "s") => new()
    {
        EventType = "tool_end",
        EventUnixMs = end,
        SessionId = session,
        ToolCallId = "t",
        ToolClass = toolClass,
        StartedUnixMs = start,
        EndedUnixMs = end,
    };
}
