using System.Text;
using AgentSim.Traces.Schema;

namespace AgentSim.Traces;

/// <summary>
/// What stands before the values of a record that is written without spaces, as far as <see cref="PlainTraceParser"/> reads it; before
/// those of strings with their opening quote.
/// </summary>
internal static class PlainKeys
{
    public static readonly byte[] Event = Utf8(Before(TraceNames.Event));
    public static readonly byte[] SchemaEventType = Utf8($"{{\"{TraceNames.Schema}\":\"{TraceNames.Version}\",\"{TraceNames.EventType}\":\"");
    public static readonly byte[] RequestEndEventTime = Type(TraceNames.RequestEnd);
    public static readonly byte[] ToolEndEventTime = Type(TraceNames.ToolEnd);
    public static readonly byte[] ToolStartEventTime = Type(TraceNames.ToolStart);
    public static readonly byte[] ToolErrorEventTime = Type(TraceNames.ToolError);
    public static readonly byte[] EventSource = Utf8(Before(TraceNames.EventSource) + "\"");
    public static readonly byte[] AgentContextSessionId = Utf8(Open(TraceNames.AgentContext, TraceNames.SessionId) + "\"");
    public static readonly byte[] ParentSessionId = Utf8(Before(TraceNames.ParentSessionId) + "\"");
    public static readonly byte[] RequestRequestId = Utf8(Open(TraceNames.Request, TraceNames.RequestId) + "\"");
    public static readonly byte[] XRequestId = Utf8(Before(TraceNames.XRequestId) + "\"");
    public static readonly byte[] Model = Utf8(Before(TraceNames.Model) + "\"");
    public static readonly byte[] InputTokens = Utf8(Before(TraceNames.InputTokens));
    public static readonly byte[] OutputTokens = Utf8(Before(TraceNames.OutputTokens));
    public static readonly byte[] CachedTokens = Utf8(Before(TraceNames.CachedTokens));
    public static readonly byte[] RequestReceived = Utf8(Before(TraceNames.RequestReceived));
    public static readonly byte[] PrefillWaitTime = Utf8(Before(TraceNames.PrefillWaitTime));
    public static readonly byte[] PrefillTime = Utf8(Before(TraceNames.PrefillTime));
    public static readonly byte[] Ttft = Utf8(Before(TraceNames.Ttft));
    public static readonly byte[] TotalTime = Utf8(Before(TraceNames.TotalTime));
    public static readonly byte[] AverageItl = Utf8(Before(TraceNames.AverageItl));
    public static readonly byte[] KvHitRate = Utf8(Before(TraceNames.KvHitRate));
    public static readonly byte[] QueueDepth = Utf8(Before(TraceNames.QueueDepth));
    public static readonly byte[] WorkerPrefillWorker = Utf8(Open(TraceNames.Worker, TraceNames.PrefillWorker));
    public static readonly byte[] PrefillRank = Utf8(Before(TraceNames.PrefillRank));
    public static readonly byte[] DecodeWorker = Utf8(Before(TraceNames.DecodeWorker));
    public static readonly byte[] DecodeRank = Utf8(Before(TraceNames.DecodeRank));
    public static readonly byte[] ReplayBlockSize = Utf8(Open(TraceNames.Replay, TraceNames.BlockSize));
    public static readonly byte[] InputLength = Utf8(Before(TraceNames.InputLength));
    public static readonly byte[] Hashes = Utf8(Before(TraceNames.Hashes) + "[");
    public static readonly byte[] ToolToolCallId = Utf8(Open(TraceNames.Tool, TraceNames.ToolCallId) + "\"");
    public static readonly byte[] ToolClass = Utf8(Before(TraceNames.ToolClass) + "\"");
    public static readonly byte[] StartedAt = Utf8(Before(TraceNames.StartedAt));
    public static readonly byte[] EndedAt = Utf8(Before(TraceNames.EndedAt));
    public static readonly byte[] Status = Utf8(Before(TraceNames.Status) + "\"");
    public static readonly byte[] Duration = Utf8(Before(TraceNames.Duration));
    public static readonly byte[] OutputBytes = Utf8(Before(TraceNames.OutputBytes));
    public static readonly byte[] ErrorType = Utf8(Before(TraceNames.ErrorType) + "\"");

    private static string Before(string name) => $",\"{name}\":";

    private static string Open(string name, string firstInside) => $",\"{name}\":{{\"{firstInside}\":";

    private static byte[] Type(string type) => Utf8($"{type}\"{Before(TraceNames.EventTime)}");

    private static byte[] Utf8(string text) => Encoding.UTF8.GetBytes(text);
}
