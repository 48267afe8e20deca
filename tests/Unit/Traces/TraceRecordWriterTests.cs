using System.Text;
using AgentSim.Traces;

namespace AgentSim.Tests.Traces;

/// <summary>The one writer of records: everything a record can say, in the order and form of behaviour 07#A5.</summary>
public sealed class TraceRecordWriterTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_request_is_written_with_all_that_a_capture_knows()
    {
        var record = new RequestRecord
        {
            EventType = "request_end", EventUnixMs = 12, EventSource = "dynamo", SessionId = "s", SessionFinal = true, RequestId = "r",
            OutputTokens = 2, ReceivedUnixMs = 5, TtftMs = 1, TotalTimeMs = 7, KvHitRate = double.NaN, TraceBlockSize = 4, InputLength = 5,
            InputSequenceHashes = [1, ulong.MaxValue],
            Finish = new FinishReason("stop", null, TraceRecordWriter.JsonOf("</s>\n"), [new FinishToolCall(0, 1, "c", null)])
            {
                Choices = [new FinishChoice(0, "stop", "eos", "7")],
            },
        };

        Assert.Equal(
            """
            {"schema":"dynamo.request.trace.v1","event_type":"request_end","event_time_unix_ms":12,"event_source":"dynamo",
            "agent_context":{"session_id":"s","session_final":true,"kv_hints":{"evict_session":true}},
            "request":{"request_id":"r","output_tokens":2,"request_received_ms":5,"ttft_ms":1.0,"total_time_ms":7.0,
            "replay":{"trace_block_size":4,"input_length":5,"input_sequence_hashes":[1,18446744073709551615]},
            "finish_reason_metadata":{"finish_reason":"stop","stop_reason":"</s>\n",
            "tool_calls":[{"choice_index":0,"tool_call_index":1,"id":"c"}],
            "choices":[{"choice_index":0,"finish_reason":"stop","backend_finish_reason":"eos","stop_reason":7}]}}}
            """.ReplaceLineEndings(""),
            Encoding.UTF8.GetString(TraceRecordWriter.ToBytes(record)));
    }

    [Fact]
    public void A_request_without_a_session_names_no_source()
    {
        var record = new RequestRecord { EventType = "request_end", RequestId = "r", EventSource = "dynamo", TraceBlockSize = 1 };

        string json = Encoding.UTF8.GetString(TraceRecordWriter.ToBytes(record));

        Assert.DoesNotContain("event_source", json, StringComparison.Ordinal);
        Assert.DoesNotContain("agent_context", json, StringComparison.Ordinal);
    }

    // Unknown to the strict reader are only the fields that nothing in a replay needs.
    [Fact]
    public void What_is_written_is_read_back()
    {
        foreach (string name in (string[])["agent-small.trace.jsonl", "agent-tools.trace.jsonl.gz", "plain.trace.jsonl"])
        {
            TraceRecord[] records = [.. RequestTraceReader.Read([TestData.PathOf("traces", name)], readsDependencies: true)];
            string copy = _folder.Write("copy.jsonl", string.Join('\n',
                records.Select(record => Encoding.UTF8.GetString(TraceRecordWriter.ToBytes(record)))));
            Assert.Equal(
                records.Select(record => Encoding.UTF8.GetString(TraceRecordWriter.ToBytes(record))),
                RequestTraceReader.Read([copy], readsDependencies: true)
                    .Select(record => Encoding.UTF8.GetString(TraceRecordWriter.ToBytes(record))));
        }
    }

    private const string Marks =
        """
        {"api":"messages","input":"estimated","output":"estimated","session":"inferred","cache_creation_tokens":18446744073709551615,
        "reasoning_tokens":0,"refused_before":{"count":2,"first_received_ms":1700000000000,"last_status":529}}
        """;

    // What one program knew of its figures must not get lost when another writes the record anew.
    [Theory]
    [InlineData(Marks, Marks)]
    [InlineData("""{"reasoning_tokens":7}""", """{"reasoning_tokens":7}""")]
    [InlineData("""{"api":1,"api":"chat","more":[{}],"reasoning_tokens":-1}""", """{"api":"chat"}""")]
    [InlineData("""{"api":"chat","refused_before":{"count":1,"last_status":429}}""", """{"api":"chat"}""")]
    [InlineData("""{"api":"chat","refused_before":{"count":18446744073709551615,"first_received_ms":1,"last_status":429}}""",
        """{"api":"chat"}""")]
    [InlineData("""{"camera":"of others"}""", null)]
    [InlineData("[7]", null)]
    [InlineData("null", null)]
    public void Marks_of_a_capture_are_kept_and_what_others_write_there_is_passed_over(string read, string? written)
    {
        string start = """
            {"schema":"dynamo.request.trace.v1","event_type":"request_end","event_time_unix_ms":1,"request":{"request_id":"r","output_tokens":1,
            "request_received_ms":1,"replay":{"trace_block_size":1,"input_length":0,"input_sequence_hashes":[]},"capture":
            """;
        string line = $"{start}{read}}}}}".ReplaceLineEndings("");
        TraceRecord record = Assert.Single(RequestTraceReader.Read([_folder.Write("marks.jsonl", line)]));
        string json = Encoding.UTF8.GetString(TraceRecordWriter.ToBytes(record));

        Assert.EndsWith(
            "\"input_sequence_hashes\":[]}" + (written is null ? "}}" : $",\"capture\":{written.ReplaceLineEndings("")}}}}}"), json,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Hashes_that_are_lent_become_the_records_own_when_they_are_asked_for()
    {
        ulong[] buffer = [1, 2, 3];
        var kept = new RequestRecord();
        var lent = new RequestRecord();
        kept.LendHashes(buffer.AsMemory(0, 2));
        lent.LendHashes(buffer.AsMemory(1, 2));
        kept.KeepHashes();
        buffer[1] = 9;

        Assert.Equal([1ul, 2], kept.InputSequenceHashes);
        Assert.Equal([9ul, 3], lent.Hashes.ToArray());
        Assert.Same(lent.InputSequenceHashes, lent.InputSequenceHashes);
    }
}
