using System.Text;
using AgentSim.Lowering;
using AgentSim.Rows;
using AgentSim.Traces;

namespace AgentSim.Tests.Traces;

/// <summary>Helpers to write traces and rows as text.</summary>
internal static class TraceText
{
    /// <summary>A request_end line; <paramref name="context"/> and <paramref name="extra"/> are raw JSON members.</summary>
    public static string Request(string id, long received = 1000, string context = "\"session_id\":\"s\"", string extra = "",
        string outer = "") =>
        $"{{\"schema\":\"dynamo.request.trace.v1\",\"event_type\":\"request_end\",\"event_time_unix_ms\":{received + 100},"
        + (context.Length == 0 ? "" : $"\"agent_context\":{{{context}}},")
        + $"{outer}\"request\":{{\"request_id\":\"{id}\",\"request_received_ms\":{received},\"output_tokens\":5,{extra}"
        + "\"replay\":{\"trace_block_size\":16,\"input_length\":20,\"input_sequence_hashes\":[1,2]}}}";

    /// <summary>A tool_end line of session s; <paramref name="fields"/> are raw JSON members.</summary>
    public static string Tool(string id, long time, string fields = "", string type = "tool_end") =>
        $"{{\"schema\":\"dynamo.request.trace.v1\",\"event_type\":\"{type}\",\"event_time_unix_ms\":{time},\"agent_context\":{{\"session_id\":\"s\"}},"
        + $"\"tool\":{{\"tool_call_id\":\"{id}\",\"tool_class\":\"bash\"{fields}}}}}";

    public static string Written(IEnumerable<MooncakeRow> rows)
    {
        var stream = new MemoryStream();
        var writer = new MooncakeRowWriter(stream);
        foreach (MooncakeRow row in rows) writer.Write(row);
        writer.Flush();
        return Encoding.UTF8.GetString(stream.ToArray());
    }

    public static TraceLowering Lowered(IEnumerable<TraceRecord> records)
    {
        var lowering = new TraceLowering();
        foreach (TraceRecord record in records) lowering.Add(record);
        return lowering;
    }
}
