using System.Text;
using AgentSim.Traces.Schema;

namespace AgentSim.Tests.Traces;

/// <summary>What plain lines are compared with is made of the names of the schema.</summary>
public class PlainKeysTests
{
    [Fact]
    public void Keys_are_the_names_of_the_schema()
    {
        Check(PlainKeys.Event, Before(TraceNames.Event));
        Check(PlainKeys.SchemaEventType, $"{{\"{TraceNames.Schema}\":\"{TraceNames.Version}\",\"{TraceNames.EventType}\":\"");
        Check(PlainKeys.RequestEndEventTime, Type(TraceNames.RequestEnd));
        Check(PlainKeys.ToolEndEventTime, Type(TraceNames.ToolEnd));
        Check(PlainKeys.ToolStartEventTime, Type(TraceNames.ToolStart));
        Check(PlainKeys.ToolErrorEventTime, Type(TraceNames.ToolError));
        Check(PlainKeys.EventSource, Before(TraceNames.EventSource) + "\"");
        Check(PlainKeys.AgentContextSessionId, Open(TraceNames.AgentContext, TraceNames.SessionId) + "\"");
        Check(PlainKeys.ParentSessionId, Before(TraceNames.ParentSessionId) + "\"");
        Check(PlainKeys.RequestRequestId, Open(TraceNames.Request, TraceNames.RequestId) + "\"");
        Check(PlainKeys.XRequestId, Before(TraceNames.XRequestId) + "\"");
        Check(PlainKeys.Model, Before(TraceNames.Model) + "\"");
        Check(PlainKeys.InputTokens, Before(TraceNames.InputTokens));
        Check(PlainKeys.OutputTokens, Before(TraceNames.OutputTokens));
        Check(PlainKeys.CachedTokens, Before(TraceNames.CachedTokens));
        Check(PlainKeys.RequestReceived, Before(TraceNames.RequestReceived));
        Check(PlainKeys.PrefillWaitTime, Before(TraceNames.PrefillWaitTime));
        Check(PlainKeys.PrefillTime, Before(TraceNames.PrefillTime));
        Check(PlainKeys.Ttft, Before(TraceNames.Ttft));
        Check(PlainKeys.TotalTime, Before(TraceNames.TotalTime));
        Check(PlainKeys.AverageItl, Before(TraceNames.AverageItl));
        Check(PlainKeys.KvHitRate, Before(TraceNames.KvHitRate));
        Check(PlainKeys.QueueDepth, Before(TraceNames.QueueDepth));
        Check(PlainKeys.WorkerPrefillWorker, Open(TraceNames.Worker, TraceNames.PrefillWorker));
        Check(PlainKeys.PrefillRank, Before(TraceNames.PrefillRank));
        Check(PlainKeys.DecodeWorker, Before(TraceNames.DecodeWorker));
        Check(PlainKeys.DecodeRank, Before(TraceNames.DecodeRank));
        Check(PlainKeys.ReplayBlockSize, Open(TraceNames.Replay, TraceNames.BlockSize));
        Check(PlainKeys.InputLength, Before(TraceNames.InputLength));
        Check(PlainKeys.Hashes, Before(TraceNames.Hashes) + "[");
        Check(PlainKeys.ToolToolCallId, Open(TraceNames.Tool, TraceNames.ToolCallId) + "\"");
        Check(PlainKeys.ToolClass, Before(TraceNames.ToolClass) + "\"");
        Check(PlainKeys.StartedAt, Before(TraceNames.StartedAt));
        Check(PlainKeys.EndedAt, Before(TraceNames.EndedAt));
        Check(PlainKeys.Status, Before(TraceNames.Status) + "\"");
        Check(PlainKeys.Duration, Before(TraceNames.Duration));
        Check(PlainKeys.OutputBytes, Before(TraceNames.OutputBytes));
        Check(PlainKeys.ErrorType, Before(TraceNames.ErrorType) + "\"");
    }

    private static string Before(string name) => $",\"{name}\":";

    private static string Open(string name, string firstInside) => $",\"{name}\":{{\"{firstInside}\":";

    private static string Type(string type) => $"{type}\"{Before(TraceNames.EventTime)}";

    private static void Check(ReadOnlySpan<byte> key, string expected) => Assert.Equal(expected, Encoding.UTF8.GetString(key));
}
