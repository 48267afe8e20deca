using System.Text;
using AgentSim.Proxy;
using AgentSim.Traces;

namespace AgentSim.Tests.Proxy;

/// <summary>The rows of the proxy, octet by octet: who reads captures today finds in them what was there before.</summary>
public sealed class RequestRowTests : IDisposable
{
    private const long Start = 1_000_000;

    private static readonly DateTimeOffset Received = DateTimeOffset.FromUnixTimeMilliseconds(1_790_000_000_123);

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    // Ticks of the stopwatch, whatever they are here.
    private static long After(double milliseconds) =>
        Start + (long)Math.Round(milliseconds / 1000 * System.Diagnostics.Stopwatch.Frequency);

    private static ResponseFacts Facts(Api api)
    {
        var facts = new ResponseFacts(api);
        facts.AddTokens(1, After(11.3456), isChunk: true);
        (facts.InputTokens, facts.CachedTokens, facts.OutputTokens) = (900, 512, 12);
        return facts;
    }

    private static RequestRow Row(ResponseFacts facts, SessionIdentity? session, bool isMarked = false) => new()
    {
        RequestId = Guid.Parse("01234567-89ab-cdef-0123-456789abcdef"), Session = session, ClientRequestId = "x-1",
        Model = "Qwen/Qwen3-0.6B+ä&'",
        Received = Received, ReceivedTimestamp = Start, Facts = facts, BlockSize = 64, IsInferred = isMarked,
        Prompt = new RowPrompt(130, [1, ulong.MaxValue, 77], isMarked, isMarked ? (3, Received.AddSeconds(-9), 529) : null),
    };

    private static string Text(RequestRow row) => Encoding.UTF8.GetString(TraceRecordWriter.ToBytes(row.ToRecord()));

    [Fact]
    public void A_chat_with_choices_and_stop_reasons()
    {
        ResponseFacts facts = Facts(Api.Chat);
        facts.Finish("stop", "</s>\n\"<é>", After(62.0001), 0);
        facts.Finish("length", 151643L, After(62.1111), 1);

        Assert.Equal(
            """
            {"schema":"dynamo.request.trace.v1","event_type":"request_end","event_time_unix_ms":1790000000185,"event_source":"dynamo",
            "agent_context":{"session_id":"c","parent_session_id":"r","session_final":false},
            "request":{"request_id":"01234567-89ab-cdef-0123-456789abcdef","x_request_id":"x-1","model":"Qwen/Qwen3-0.6B+ä&'",
            "input_tokens":900,"output_tokens":12,"cached_tokens":512,"request_received_ms":1790000000123,"ttft_ms":11.3456,
            "total_time_ms":62.1111,"avg_itl_ms":4.615045454545455,
            "replay":{"trace_block_size":64,"input_length":130,"input_sequence_hashes":[1,18446744073709551615,77]},
            "finish_reason_metadata":{"finish_reason":"length","stop_reason":151643,
            "choices":[{"choice_index":0,"finish_reason":"stop","stop_reason":"</s>\n\"<é>"},
            {"choice_index":1,"finish_reason":"length","stop_reason":151643}]}}}
            """.ReplaceLineEndings(""),
            Text(Row(facts, new SessionIdentity("c", "r", false))));
    }

    [Fact]
    public void A_message_with_tools_and_all_marks()
    {
        ResponseFacts facts = Facts(Api.Messages);
        (facts.CacheCreation, facts.ReasoningTokens, facts.BackendFinishReason) = (30, 5, "tool_use");
        facts.AddCall(0, 0, "call_1", "bash");
        facts.AddCall(0, 1, null, "read\\x");
        facts.Finish("tool_calls", null, After(62.1111));
        RequestRow row = Row(facts, new SessionIdentity("child \"1\"", "root", true), isMarked: true);

        Assert.Equal(
            """
            {"schema":"dynamo.request.trace.v1","event_type":"request_end","event_time_unix_ms":1790000000185,"event_source":"dynamo",
            "agent_context":{"session_id":"child \"1\"","parent_session_id":"root","session_final":true,"kv_hints":{"evict_session":true}},
            "request":{"request_id":"01234567-89ab-cdef-0123-456789abcdef","x_request_id":"x-1","model":"Qwen/Qwen3-0.6B+ä&'",
            "input_tokens":900,"output_tokens":12,"cached_tokens":512,"request_received_ms":1790000000123,"ttft_ms":11.3456,
            "total_time_ms":62.1111,"avg_itl_ms":4.615045454545455,
            "replay":{"trace_block_size":64,"input_length":130,"input_sequence_hashes":[1,18446744073709551615,77]},
            "finish_reason_metadata":{"finish_reason":"tool_calls","backend_finish_reason":"tool_use",
            "tool_calls":[{"choice_index":0,"tool_call_index":0,"id":"call_1","name":"bash"},
            {"choice_index":0,"tool_call_index":1,"name":"read\\x"}]},
            "capture":{"api":"messages","input":"estimated","session":"inferred","cache_creation_tokens":30,"reasoning_tokens":5,
            "refused_before":{"count":3,"first_received_ms":1789999991123,"last_status":529}}}}
            """.ReplaceLineEndings(""),
            Text(row));
    }

    [Fact]
    public void Without_a_session_a_row_has_what_a_replay_needs()
    {
        ResponseFacts facts = Facts(Api.Completions);
        facts.Finish("stop", null, After(62.1111), 0);

        Assert.Equal(
            """
            {"schema":"dynamo.request.trace.v1","event_type":"request_end","event_time_unix_ms":1790000000185,
            "request":{"request_id":"01234567-89ab-cdef-0123-456789abcdef","output_tokens":12,"request_received_ms":1790000000123,
            "replay":{"trace_block_size":64,"input_length":130,"input_sequence_hashes":[1,18446744073709551615,77]}}}
            """.ReplaceLineEndings(""),
            Text(Row(facts, session: null)));
    }

    [Fact]
    public void A_row_that_is_read_and_written_anew_keeps_its_marks()
    {
        var facts = new ResponseFacts(Api.Responses);
        facts.AddTokens(7, After(5.5), isChunk: false);
        facts.ReasoningTokens = 5;
        string row = Text(Row(facts, new SessionIdentity("s", null, null), isMarked: true));

        var read = Assert.IsType<RequestRecord>(Assert.Single(RequestTraceReader.Read([_folder.Write("row.jsonl", row)])));
        read.EventSource = "dynamo";

        Assert.Equal(
            new CaptureMarks("responses", "estimated", "estimated", "inferred", null, 5, new RefusedBefore(3, 1_789_999_991_123, 529)),
            read.Capture);
        Assert.Equal(row, Encoding.UTF8.GetString(TraceRecordWriter.ToBytes(read)));
    }
}
