using System.Text;
using AgentSim.Rows;

namespace AgentSim.Tests.Rows;

public class MooncakeRowWriterTests
{
    [Fact]
    public void A_full_agentic_row_has_all_keys_in_order()
    {
        var row = new MooncakeRow
        {
            IsAgentic = true,
            RequestId = "r",
            SessionId = "s",
            InputLength = 3,
            OutputLength = 2,
            OutputTokenIds = [7, 4294967295],
            HashIds = [18446744073709551615],
            Timestamp = 0,
            Delay = 0.5,
            Priority = -3,
            StrictPriority = 4,
            PolicyClass = "p",
            RequestKind = "agent",
            WaitFor = ["a", "b"],
            Branches = ["c"],
            PrefixReset = false,
            ToolWaitMs = 1e-6,
            ToolEvents = [new ToolSpan("t", "bash", 1, 2, -1, "ok", 3, 4, "e"), new ToolSpan("u", "read", 5, 6, 1, "ok")],
        };

        Assert.Equal("{\"request_id\":\"r\",\"session_id\":\"s\",\"input_length\":3,\"output_length\":2,\"output_token_ids\":[7,4294967295],"
            + "\"hash_ids\":[18446744073709551615],\"timestamp\":0.0,\"delay\":0.5,\"priority\":-3,\"strict_priority\":4,\"policy_class\":\"p\","
            + "\"request_kind\":\"agent\",\"wait_for\":[\"a\",\"b\"],\"branches\":[\"c\"],\"prefix_reset\":false,\"tool_wait_ms\":1e-6,\"tool_events\":["
            + "{\"tool_call_id\":\"t\",\"tool_class\":\"bash\",\"started_at_unix_ms\":1,\"ended_at_unix_ms\":2,\"duration_ms\":-1.0,\"status\":\"ok\","
            + "\"output_bytes\":3,\"output_tokens\":4,\"error_type\":\"e\"},"
            + "{\"tool_call_id\":\"u\",\"tool_class\":\"read\",\"started_at_unix_ms\":5,\"ended_at_unix_ms\":6,\"duration_ms\":1.0,\"status\":\"ok\"}]}\n",
            Written(row));
    }

    [Fact]
    public void Absent_fields_are_left_out_except_lengths_and_ids() =>
        Assert.Equal("{\"input_length\":null,\"output_length\":null,\"hash_ids\":null}\n", Written(new MooncakeRow()));

    [Fact]
    public void An_empty_list_of_ids_stays() =>
        Assert.Equal("{\"input_length\":0,\"output_length\":1,\"hash_ids\":[]}\n",
            Written(new MooncakeRow { InputLength = 0, OutputLength = 1, HashIds = Array.Empty<ulong>() }));

    [Fact]
    public void Only_quotes_backslashes_and_control_characters_are_escaped()
    {
        var row = new MooncakeRow { SessionId = "\"\\/\b\f\n\r\t\0\u001f\u007f<&>\u2028é\U0001F600", HashIds = new List<ulong> { 1, 2 } };

        Assert.StartsWith("{\"session_id\":\"\\\"\\\\/\\b\\f\\n\\r\\t\\u0000\\u001f\u007f<&>\u2028é\U0001F600\",", Written(row));
        Assert.EndsWith("\"hash_ids\":[1,2]}\n", Written(row));
    }

    [Fact]
    public void Texts_and_lists_longer_than_the_buffer_come_out_whole()
    {
        string name = new('é', 100_000);
        ulong[] ids = [.. Enumerable.Range(0, 100_000).Select(i => (ulong)i * 0x9E3779B97F4A7C15)];

        string text = Written(new MooncakeRow { SessionId = name, HashIds = ids });

        Assert.Equal($"{{\"session_id\":\"{name}\",\"input_length\":null,\"output_length\":null,\"hash_ids\":[{string.Join(',', ids)}]}}\n",
            text);
    }

    [Fact]
    public void A_time_that_json_cannot_express_is_refused() =>
        Assert.Equal("RowNotFinite", Assert.Throws<AgentSimException>(() => Written(new MooncakeRow { Timestamp = double.NaN })).ErrorId);

    private static string Written(MooncakeRow row)
    {
        var stream = new MemoryStream();
        var writer = new MooncakeRowWriter(stream);
        writer.Write(row);
        writer.Flush();
        return Encoding.UTF8.GetString(stream.ToArray());
    }
}
