using System.Text;
using AgentSim.Capture;
using AgentSim.Proxy;
using FsCheck;
using FsCheck.Fluent;
using Microsoft.AspNetCore.Http;

namespace AgentSim.Tests.Proxy;

public sealed class ProxyPartsTests
{
    private static SessionIdentity? Identity(params (string Name, string Value)[] headers)
    {
        var all = new HeaderDictionary();
        foreach ((string name, string value) in headers) all.Append(name, value);
        return SessionIdentity.From(all);
    }

    [Fact]
    public void Events_are_found_however_the_bytes_are_cut()
    {
        Gen<string> ends = Gen.Elements("\n", "\r\n", "\r");
        Gen<string> lines = Gen.Elements("data: x", "data:", ": c", "event: e", "data: é");
        Arbitrary<(string, int)> streams = (from end in ends from each in lines.ArrayOf() from breaks in Gen.Choose(0, 3)
            .ArrayOf() from cut in Gen.Choose(1, 9)
            select (string.Concat(each.Select((line, i) => line + end + (breaks.Length > 0 && breaks[i % breaks.Length] == 0 ? end : ""))),
                cut)).ToArbitrary();
        Prop.ForAll(streams, stream =>
        {
            (string text, int cut) = stream;
            byte[] bytes = Encoding.UTF8.GetBytes(text);
            var whole = new List<string>();
            var pieces = new List<string>();
            var once = new EventStream(1 << 20);
            var often = new EventStream(1 << 20);
            once.Add(bytes, found => whole.Add(Encoding.UTF8.GetString(found.Span)));
            foreach (byte[] piece in bytes.Chunk(cut)) often.Add(piece, found => pieces.Add(Encoding.UTF8.GetString(found.Span)));
            // Nothing is added or lost, and but for a line feed that comes late, all is cut the same way.
            Assert.Equal(text, string.Concat(whole) + Encoding.UTF8.GetString(once.Rest.Span));
            Assert.Equal(text, string.Concat(pieces) + Encoding.UTF8.GetString(often.Rest.Span));
            Assert.Equal(whole.Select(found => found.Trim('\n', '\r')), pieces.Select(found => found.Trim('\n', '\r')));
        }).QuickCheckThrowOnFailure();
    }

    [Theory]
    [InlineData("data: {\"a\":1,\"usage\":null,\"b\":2}\n\n", "data: {\"a\":1,\"b\":2}\n\n")]
    [InlineData("data: {\"usage\":null,\"b\":2}\n\n", "data: {\"b\":2}\n\n")]
    [InlineData("data: { \"usage\" : null , \"b\":2}\n\n", "data: { \"b\":2}\n\n")]
    [InlineData("data: {\"b\":2, \"usage\": null }\n\n", "data: {\"b\":2 }\n\n")]
    [InlineData("data: {\"usage\":null}\n\n", "data: {}\n\n")]
    [InlineData("id: 7\r\ndata: {\"b\":2,\"usage\":null}\r\n\r\n", "id: 7\r\ndata: {\"b\":2}\r\n\r\n")]
    [InlineData("data: {\"choices\":[],\"usage\":{}}\n\n", "")]
    [InlineData("data: {\"choices\":[ ],\"usage\":{\"x\":[1]},\"b\":{}}\n\n", "")]
    [InlineData("data: {\"choices\":[1],\"usage\":{}}\n\n", "data: {\"choices\":[1],\"usage\":{}}\n\n")]
    [InlineData("data: {\"b\":{\"usage\":null}}\n\n", "data: {\"b\":{\"usage\":null}}\n\n")]
    [InlineData("data: {\"b\":\"\\\"usage\\\"\"}\n\n", "data: {\"b\":\"\\\"usage\\\"\"}\n\n")]
    [InlineData("data: {\"usage\":nul\n\n", "data: {\"usage\":nul\n\n")]
    [InlineData("data: {\"\\ud800abcde\":1,\"usage\":null}\n\n", "data: {\"\\ud800abcde\":1,\"usage\":null}\n\n")]
    [InlineData("data: [\"usage\"]\n\n", "data: [\"usage\"]\n\n")]
    public void Only_what_usage_added_is_taken_out(string sent, string expected)
    {
        byte[] whole = Encoding.UTF8.GetBytes(sent);
        Assert.Equal(expected, Encoding.UTF8.GetString(UsageFilter.Apply(whole, EventStream.Data(whole)).Span));
    }

    [Theory]
    [InlineData("""{"a":1}""", """{"stream_options":{"include_usage":true},"a":1}""")]
    [InlineData("""  { "a":{"stream_options":1} }""", """  {"stream_options":{"include_usage":true}, "a":{"stream_options":1} }""")]
    [InlineData("""{"a":1, "stream_options" : null, "b":2}""", """{"a":1, "stream_options" : {"include_usage":true}, "b":2}""")]
    [InlineData("""{"stream_options":{"include_usage":false,"x":[1]}}""", """{"stream_options":{"x":[1],"include_usage":true}}""")]
    [InlineData("""{"stream_options":7}""", null)]
    [InlineData("""{"stream_options":{"x":"\ud800"}}""", null)]
    [InlineData("""{"\ud800_________":1,"stream_options":{}}""", null)]
    public void Usage_is_asked_for_without_changing_anything_else(string sent, string? expected) =>
        Assert.Equal(expected, UsageRequest.Add(Encoding.UTF8.GetBytes(sent)) is { } changed ? Encoding.UTF8.GetString(changed) : null);

    [Fact]
    public void Sessions_are_found_in_the_described_order()
    {
        Assert.Null(Identity());
        Assert.Null(Identity(("x-claude-code-agent-id", "child")));
        Assert.Equal(new("a", "p", null), Identity(("X-Dynamo-Session-Id", " a "), ("x-dynamo-parent-session-id", "p"),
            ("session-id", "no"), ("x-claude-code-session-id", "no")));
        Assert.Equal(new("a", null, null), Identity(("x-dynamo-session-id", "a"), ("x-parent-session-id", "no")));
        Assert.Equal(new("root", null, null), Identity(("x-claude-code-session-id", "root"), ("session-id", "no")));
        Assert.Equal(new("child", "root", null), Identity(("x-claude-code-session-id", "root"), ("x-claude-code-agent-id", "child")));
        Assert.Equal(new("child", "up", null), Identity(("x-claude-code-session-id", "root"), ("x-claude-code-agent-id", "child"),
            ("x-claude-code-parent-agent-id", "up")));
        Assert.Equal(new("root", null, null), Identity(("x-claude-code-session-id", "root"), ("x-claude-code-agent-id", "root"),
            ("x-claude-code-parent-agent-id", "up")));
        Assert.Equal(new("codex", null, null), Identity(("session-id", "codex"), ("x-session-id", "no"), ("x-parent-session-id", "no")));
        Assert.Equal(new("open", "p", true), Identity(("x-session-id", "open"), ("x-parent-session-id", "p"),
            ("x-dynamo-session-final", "YES")));
        Assert.Equal(new("open", null, false), Identity(("x-session-id", "open"), ("x-dynamo-session-final", "off")));
        Assert.Equal(new("open", null, null), Identity(("x-session-id", "open"), ("x-dynamo-session-final", "maybe")));
        Assert.Equal(new("zen", "p", null), Identity(("x-opencode-session", "zen"), ("x-parent-session-id", "p")));
        Assert.Equal(new("aff", null, null), Identity(("x-session-affinity", "aff")));
    }

    [Fact]
    public void Codex_is_told_by_its_threads()
    {
        // The session is the whole run, a thread is one agent in it.
        Assert.Equal(new("run", null, null), Identity(("session-id", "run"), ("thread-id", "run")));
        Assert.Equal(new("child", "run", null), Identity(("session-id", "run"), ("thread-id", "child"), ("x-codex-parent-thread-id", "run"),
            ("x-openai-subagent", "collab_spawn")));
        Assert.Equal(new("child", "run", null), Identity(("session-id", "run"), ("thread-id", "child"), ("x-openai-subagent", "review")));
        Assert.Equal(new("run", null, null), Identity(("session-id", "run"), ("thread-id", "run"), ("x-openai-subagent", "compact")));
        Assert.Equal(new("run/review", "run", null), Identity(("session-id", "run"), ("x-openai-subagent", "review")));
        Assert.Equal(new("run", null, null), Identity(("session_id", "run"), ("conversation_id", "run")));   // older versions
    }

    [Fact]
    public void A_header_that_was_named_comes_first()
    {
        var headers = new HeaderDictionary { ["x-dynamo-session-id"] = "a", ["x-mine"] = "b" };
        Assert.Equal("b", SessionIdentity.From(headers, "X-Mine")!.SessionId);
        Assert.Equal("a", SessionIdentity.From(headers, "x-other")!.SessionId);    }

    [Fact]
    public void Tokens_hash_as_described()
    {
        // XXH3-64 with seed 1337 of the little-endian tokens, then of the pair of the hash before and that of the block.
        ulong[] hashes = ReplayHashes.Of([1, 2, 3, 4, 5, 6], 6, 4);
        ulong first = Xxh3(Bytes(1u, 2u, 3u, 4u)), second = Xxh3(Bytes(5u, 6u));
        Assert.Equal([first, Xxh3([.. BitConverter.GetBytes(first), .. BitConverter.GetBytes(second)])], hashes);
        Assert.Empty(ReplayHashes.Of([], 0, 4));

        static byte[] Bytes(params uint[] tokens) => [.. tokens.SelectMany(BitConverter.GetBytes)];
        static ulong Xxh3(byte[] bytes) => System.IO.Hashing.XxHash3.HashToUInt64(bytes, 1337);
    }

    [Theory]
    [InlineData(20)]
    [InlineData(200)]
    [InlineData(2000)]
    public void A_known_length_decides_how_many_blocks_there_are_and_different_prompts_stay_different(int length)
    {
        uint[] one = [.. Enumerable.Range(0, 200).Select(i => (uint)i)], other = [.. one[..199], 7];
        ulong[] hashes = ReplayHashes.Of(one, length, 16);
        Assert.Equal((length + 15) / 16, hashes.Length);
        Assert.Equal(hashes.Length, hashes.Distinct().Count());
        Assert.Equal(hashes, ReplayHashes.Of(one, length, 16));
        ulong[] others = ReplayHashes.Of(other, length, 16);
        Assert.NotEqual(hashes[^1], others[^1]);
        Assert.Equal(hashes[0], others[0]);
    }

    [Theory]
    [InlineData("The quick brown fox jumps over the lazy dog, and then it runs away from 12345 angry bees in the garden.")]
    [InlineData("public static int Add(int a, int b)\n{\n    return checked(a + b);\n}\n\nvar sum = Add(1, 2);")]
    [InlineData("Größere Übungen für müde Köche, 日本語のテキスト, и немного по-русски")]
    public void Stand_ins_are_as_long_as_tokens_are(string text) =>
        Assert.InRange((double)Encoding.UTF8.GetByteCount(text) / StandIns.Count(text), 2, 5);

    [Theory]
    [InlineData("http://user:pw@host", "UpstreamInvalid")]
    [InlineData("ftp://host", "UpstreamInvalid")]
    [InlineData("host:8000", "UpstreamInvalid")]
    [InlineData("http://host/?key=1", "UpstreamInvalid")]
    public void An_upstream_that_is_none_is_refused_without_showing_secrets(string text, string errorId)
    {
        AgentSimException error = Assert.Throws<AgentSimException>(() => ProxyOptions.ParseUpstream(text));
        Assert.Equal(errorId, error.ErrorId);
        Assert.DoesNotContain("pw", error.Message);
    }

    [Theory]
    [InlineData("http://127.0.0.1:80", "127.0.0.1:80")]
    [InlineData("http://localhost:0/", "127.0.0.1:0")]
    [InlineData("http://*:8088", "0.0.0.0:8088")]
    [InlineData("http://[::1]:8088", "[::1]:8088")]
    [InlineData("https://127.0.0.1:80", null)]
    [InlineData("http://127.0.0.1", null)]
    [InlineData("http://host:80", null)]
    [InlineData("127.0.0.1:80", null)]
    [InlineData("http://127.0.0.1:80/v1", null)]
    public void Addresses_to_listen_on_are_plain_ones(string text, string? expected)
    {
        var options = new ProxyOptions { Upstream = new Uri("http://x"), Listen = text };
        if (expected is null) Assert.Equal("EndpointInvalid", Assert.Throws<AgentSimException>(options.Check).ErrorId);
        else Assert.Equal(expected, options.ListenEndPoint().ToString());
    }

    [Theory]
    [InlineData("http://127.0.0.1:80", "http://127.0.0.1:80", true)]
    [InlineData("http://localhost:80/v1", "http://127.0.0.1:80", true)]
    [InlineData("http://127.0.0.1:80", "http://*:80", true)]
    [InlineData("http://0.0.0.0:80", "http://127.0.0.1:80", true)]
    [InlineData("http://127.0.0.1:81", "http://127.0.0.1:80", false)]
    [InlineData("http://192.0.2.1:80", "http://*:80", false)]
    [InlineData("http://127.0.0.1:80", "http://127.0.0.1:0", false)]
    [InlineData("http://127.0.0.2:80", "http://127.0.0.1:80", false)]
    public void A_proxy_is_not_its_own_server(string upstream, string listen, bool isRefused)
    {
        var options = new ProxyOptions { Upstream = new Uri(upstream), Listen = listen };
        if (isRefused) Assert.Equal("UpstreamIsListen", Assert.Throws<AgentSimException>(options.Check).ErrorId);
        else options.Check();
    }

    [Theory]
    [InlineData(1024L, 200, 332)]
    [InlineData(256L, 200, 4)]
    [InlineData(1_000_000L, 200, 20_000)]
    [InlineData(null, 200, 20_000)]
    public void Connections_are_fewer_than_descriptors(long? descriptors, int used, int expected) =>
        Assert.Equal(expected, ConnectionLimits.Clients(descriptors, used));

    [Fact]
    public void Settings_travel_to_the_process_unchanged()
    {
        var settings = new ProxySettings(
            new ProxyOptions { Upstream = new Uri("https://host/v1"), Listen = "http://*:1", TraceBlockSize = 7, SessionHeader = "x",
                InferSessions = true },
            new TraceSinkOptions { Path = "a\nb'\"ü", Format = TraceFileFormat.Jsonl, RollLines = 3, FlushIntervalMs = 9, BufferBytes = 8,
                RollBytes = 7, Capacity = 6 },
            "/tmp/ledger");
        string line = ProxyMessages.Write(settings);
        Assert.DoesNotContain('\n', line);
        Assert.Equal(settings, ProxyMessages.Read<ProxySettings>(line));
        Assert.Null(ProxyMessages.Read<ProxySettings>("nonsense"));
    }
}
