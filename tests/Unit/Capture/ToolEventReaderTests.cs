using System.Text;
using System.Text.Json;
using AgentSim.Capture;
using AgentSim.Traces;
using FsCheck;
using FsCheck.Fluent;

namespace AgentSim.Tests.Capture;

public sealed class ToolEventReaderTests
{
    private const string Schema = "dynamo.request.trace.v1";

    private static byte[] Tool(params (object, object?)[] more) => Pack.Map([("tool_call_id", "c"), ("tool_class", "k"), .. more]);

    // A good event with some keys replaced or, with the value "absent", left out.
    private static byte[] Event(params (object Key, object? Value)[] changes)
    {
        var pairs = new OrderedDictionary<object, object?>
        {
            ["schema"] = Schema, ["event_type"] = "tool_end", ["event_time_unix_ms"] = 5, ["session_id"] = "s", ["tool"] = Tool(),
        };
        foreach ((object key, object? value) in changes)
        {
            if (value is "absent") pairs.Remove(key);
            else pairs[key] = value;
        }

        return Pack.Map([.. pairs.Select(pair => (pair.Key, pair.Value))]);
    }

    private static string Record(byte[] map) => Encoding.UTF8.GetString(TraceRecordWriter.ToBytes(ToolEventReader.Read(map)));

    private static string Refusal(byte[] map) => Assert.Throws<FormatException>(() => ToolEventReader.Read(map)).Message;

    [Fact]
    public void The_smallest_message_described()
    {
        byte[] map =
        [
            0x85, 0xa6, .. "schema"u8, 0xb7, .. "dynamo.request.trace.v1"u8, 0xaa, .. "event_type"u8, 0xa8, .. "tool_end"u8,
            0xb2, .. "event_time_unix_ms"u8, 0x05, 0xaa, .. "session_id"u8, 0xa1, .. "s"u8,
            0xa4, .. "tool"u8, 0x82, 0xac, .. "tool_call_id"u8, 0xa1, .. "c"u8, 0xaa, .. "tool_class"u8, 0xa1, .. "k"u8,
        ];
        Assert.Equal(
            """{"schema":"dynamo.request.trace.v1","event_type":"tool_end","event_time_unix_ms":5,"event_source":"harness","agent_context":{"session_id":"s"},"tool":{"tool_call_id":"c","tool_class":"k"}}""",
            Record(map));
    }

    [Fact]
    public void Every_field_is_written_in_the_described_order()
    {
        byte[] map = Event(
            ("event_time_unix_ms", ulong.MaxValue), ("parent_session_id", "p\"\n"),
            ("tool", Tool(("error_type", "e"), ("tool_name_hash", "h"), ("output_bytes", 4), ("output_tokens", ulong.MaxValue),
                ("duration_ms", 0.1),
                ("status", "ok"), ("ended_at_unix_ms", 3), ("started_at_unix_ms", 2))));
        Assert.EndsWith(
            ""","event_time_unix_ms":18446744073709551615,"event_source":"harness","agent_context":{"session_id":"s","parent_session_id":"p\"\n"},"tool":{"tool_call_id":"c","tool_class":"k","started_at_unix_ms":2,"ended_at_unix_ms":3,"status":"succeeded","duration_ms":0.1,"output_tokens":18446744073709551615,"output_bytes":4,"tool_name_hash":"h","error_type":"e"}}""",
            Record(map));
    }

    [Fact]
    public void Extra_keys_nil_and_trailing_bytes_are_accepted()
    {
        string plain = Record(Event());
        Assert.Equal(plain, Record(Event(("parent_session_id", null), ("event_source", 7),
            ("agent_context", Pack.Map(("session_id", "other"))), (3, "x"), ("more", Tool()))));
        Assert.Equal(plain, Record(Event(("tool", Tool(("status", null), ("duration_ms", null), ("output_tokens", null),
            ("error_type", null), ("new", true))))));
        Assert.Equal(plain, Record([.. Event(), 0xc1, 0xff]));
        Assert.Contains("\"session_id\":\"\"", Record(Event(("session_id", ""))));
        Assert.Contains("\"duration_ms\":7.0", Record(Event(("tool", Tool(("duration_ms", 7))))));
    }

    [Theory]
    [InlineData("running", "running")]
    [InlineData("succeeded", "succeeded")]
    [InlineData("error", "error")]
    [InlineData("cancelled", "cancelled")]
    [InlineData("ok", "succeeded")]
    [InlineData("success", "succeeded")]
    [InlineData("failed", "error")]
    [InlineData("canceled", "cancelled")]
    [InlineData("timeout", "cancelled")]
    public void Status_is_normalised(string given, string written) =>
        Assert.Contains($"\"status\":\"{written}\"", Record(Event(("tool", Tool(("status", given))))));

    public static TheoryData<string, byte[]> Malformed => new()
    {
        { "schema is 'dynamo.request.trace.v2'", Event(("schema", "dynamo.request.trace.v2")) },
        { "schema is missing", Event(("schema", "absent")) },
        { "event_type is missing", Event(("event_type", "absent")) },
        { "event_time_unix_ms is missing", Event(("event_time_unix_ms", "absent")) },
        { "session_id is missing", Event(("session_id", "absent"), ("agent_context", Pack.Map(("session_id", "s")))) },
        { "tool is missing", Event(("tool", "absent")) },
        { "tool.tool_class is missing", Event(("tool", Pack.Map(("tool_call_id", "c")))) },
        { "tool.tool_call_id is missing", Event(("tool", Pack.Map(("tool_class", "c")))) },
        { "a whole number was expected", Event(("event_time_unix_ms", 5.0)) },
        { "negative (-1)", Event(("event_time_unix_ms", -1)) },
        { "unknown event_type 'tool_pause'", Event(("event_type", "tool_pause")) },
        { "unknown event_type '\\u001b[2Jx'", Event(("event_type", "\u001b[2Jx")) },
        { "unknown tool.status 'weird'", Event(("tool", Tool(("status", "weird")))) },
        { "text was expected", Event(("session_id", null)) },
        { "a map was expected", Event(("tool", null)) },
        { "a number was expected", Event(("tool", Tool(("duration_ms", "1")))) },
        { "a whole number was expected", Event(("tool", Tool(("output_bytes", 1.5)))) },
        { "a map was expected", [0x90] },
        { "cut short", [] },
        { "cut short", [0xdf, 0xff, 0xff, 0xff, 0xff, 0xa1, 0x61] },
    };

    [Theory]
    [MemberData(nameof(Malformed))]
    public void A_malformed_event_is_refused_with_the_reason(string reason, byte[] map) => Assert.Contains(reason, Refusal(map));

    [Fact]
    public void A_key_that_comes_twice_is_refused()
    {
        byte[] one = [0xa6, .. "schema"u8, 0xb7, .. "dynamo.request.trace.v1"u8];
        Assert.Contains("schema comes twice", Refusal([0x82, .. one, .. one]));
    }

    [Fact]
    public void Any_damage_to_an_event_is_read_or_refused()
    {
        byte[] good = Event(("tool", Tool(("status", "ok"), ("duration_ms", 1.5), ("extra", Tool()))));
        for (int length = 0; length < good.Length; length++) Assert.Contains("cut short", Refusal(good[..length]));
        Gen<(int, int)> change = Gen.Choose(0, good.Length - 1).SelectMany(at => Gen.Choose(0, 255).Select(value => (at, value)));
        Prop.ForAll(Arb.From(change.ArrayOf()), changes =>
        {
            byte[] damaged = [.. good];
            foreach ((int at, int value) in changes) damaged[at] = (byte)value;
            try
            {
                ToolRecord read = ToolEventReader.Read(damaged);
                if (read.DurationMs is not { } duration || double.IsFinite(duration))
                    JsonDocument.Parse(TraceRecordWriter.ToBytes(read)).Dispose();
            }
            catch (FormatException)
            {
                // Refused.
            }
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(5000));
    }
}
