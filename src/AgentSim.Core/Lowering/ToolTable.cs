using AgentSim.Collections;
using AgentSim.Rows;
using AgentSim.Traces;
using AgentSim.Traces.Schema;

namespace AgentSim.Lowering;

/// <summary>The finished tool calls of a trace, in load order.</summary>
internal sealed class ToolTable
{
    private readonly record struct Kind(string ToolClass, string Status, string? ErrorType);

    private readonly ChunkList<LoweredTool> _tools = new();
    private readonly TextList _ids = new();   // numbered like the calls
    private readonly List<Kind> _kinds = [];   // few, whatever the number of calls
    private readonly Dictionary<Kind, int> _kindNumbers = [];

    public int Count => _tools.Count;

    public ref readonly LoweredTool this[int index] => ref _tools[index];

    /// <summary>Adds a call of a session.</summary>
    public void Add(ToolRecord tool, int session)
    {
        var kind = new Kind(tool.ToolClass, tool.Status ?? (tool.EventType == TraceNames.ToolError ? "error" : "succeeded"),
            tool.ErrorType);
        if (!_kindNumbers.TryGetValue(kind, out int number))
        {
            _kindNumbers.Add(kind, number = _kinds.Count);
            _kinds.Add(kind);
        }

        _ids.Add(tool.ToolCallId);
        _tools.Add(new LoweredTool
        {
            Kind = number,
            Session = session,
            HasBytes = tool.OutputBytes is not null,
            HasTokens = tool.OutputTokens is not null,
            Start = tool.StartUnixMs,
            End = tool.EndUnixMs,
            Duration = tool.DurationMs ?? tool.EndUnixMs - tool.StartUnixMs,
            Bytes = tool.OutputBytes ?? 0,
            Tokens = tool.OutputTokens ?? 0,
            Explicit = tool.Causality is null ? null : tool,
        });
    }

    /// <summary>Makes a call one without explicit causality.</summary>
    public void DropCausality(int index) => _tools[index] = _tools[index] with { Explicit = null };

    /// <summary>A call as rows list it: a start derived from the duration is at least 0 there.</summary>
    public ToolSpan Span(int index)
    {
        ref readonly LoweredTool tool = ref _tools[index];
        (string toolClass, string status, string? errorType) = _kinds[tool.Kind];
        return new ToolSpan(_ids[index], toolClass, Math.Max(tool.Start, 0), tool.End, tool.Duration, status,
            tool.HasBytes ? tool.Bytes : null, tool.HasTokens ? tool.Tokens : null, errorType);
    }
}
