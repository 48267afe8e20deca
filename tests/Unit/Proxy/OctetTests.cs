using System.Text;

namespace AgentSim.Tests.Proxy;

/// <summary>No octet of a request or an answer changes on the way, but for what docs/capture.md lists.</summary>
public sealed class OctetTests
{
    private static readonly byte[] Ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"u8.ToArray();

    private static string Line(byte[] message) => Encoding.Latin1.GetString(message)[..Encoding.Latin1.GetString(message)
        .IndexOf('\r', StringComparison.Ordinal)];

    private static byte[] Get(string target) => Encoding.Latin1.GetBytes($"GET {target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");

    [Fact]
    public async Task Every_octet_of_path_and_query_arrives_as_it_was_sent_or_is_refused()
    {
        using var server = new RawServer(_ => (Ok, false));
        await using ProxyBench bench = await ProxyBench.Start(new Uri(server.Address, "/base"));
        var refused = new List<int>();
        for (int octet = 0; octet < 256; octet++)
        {
            string raw = $"{(char)octet}";
            foreach (string each in (string[])[raw, $"%{octet:X2}", $"%{octet:x2}"])
            {
                foreach (string target in (string[])[$"/v1/a{each}b/c", $"/x?y={each}&z{each}=1"])
                {
                    int before = server.Requests.Count;
                    string status = Line([.. await RawServer.Exchange(bench.Address, Get(target)), (byte)'\r']);
                    if (status.StartsWith("HTTP/1.1 200 ", StringComparison.Ordinal))
                    {
                        Assert.StartsWith($"GET /base{target} HTTP/1.1\r\n", Encoding.Latin1.GetString(server.Requests[before]),
                            StringComparison.Ordinal);
                        continue;
                    }

                    // What is no target of HTTP, and the octet 0, which no path may hold: refused, not changed.
                    Assert.Equal(before, server.Requests.Count);
                    Assert.True(octet is <= ' ' or >= 0x7F || each != raw, $"'{target}' was refused: {status}");
                    refused.Add(octet);
                }
            }
        }

        Assert.DoesNotContain(refused, octet => octet is > ' ' and < 0x7F);
    }

    [Theory]
    [InlineData("/v1/models/Qwen%2FQwen3-14B")]
    [InlineData("/a/../b")]
    [InlineData("/a//b")]
    [InlineData("//b")]
    [InlineData("/a%2e%2e/b")]
    [InlineData("/%E0%A4%A")]
    [InlineData("/a%zz")]
    [InlineData("/x?")]
    [InlineData("/x??")]
    [InlineData("/x?y[]=1&{z}=|")]
    [InlineData("/a[b]{c}|d")]
    [InlineData("/a#b")]
    public async Task Unusual_targets_arrive_as_they_were_sent(string target)
    {
        using var server = new RawServer(_ => (Ok, false));
        await using ProxyBench bench = await ProxyBench.Start(server.Address);
        Assert.StartsWith("HTTP/1.1 200 ", Line(await RawServer.Exchange(bench.Address, Get(target))));
        Assert.Equal($"GET {target} HTTP/1.1", Line(server.Requests.Single()));
    }

    [Fact]
    public async Task Every_octet_of_headers_and_bodies_arrives_as_it_was_sent()
    {
        byte[] all = [.. Enumerable.Range(0, 256).Select(i => (byte)i)];
        byte[] visible = [.. all.Where(octet => octet is >= 0x20 and not 0x7F)];
        byte[] answer = [.. "HTTP/1.1 418 Own Words\r\nx-answer: a"u8, .. visible, .. "z\r\nContent-Length: 256\r\n\r\n"u8, .. all];
        using var server = new RawServer(_ => (answer, false));
        await using ProxyBench bench = await ProxyBench.Start(server.Address);
        byte[] request = [.. "PATCH /x HTTP/1.1\r\nHost: x\r\nConnection: close\r\nx-request: a"u8, .. visible,
            .. "z\r\nContent-Length: 256\r\n\r\n"u8, .. all];
        byte[] got = await RawServer.Exchange(bench.Address, request), sent = server.Requests.Single();
        Assert.StartsWith("PATCH /x HTTP/1.1", Line(sent));
        Assert.True(sent.AsSpan().IndexOf([.. "x-request: a"u8, .. visible, .. "z\r\n"u8]) > 0);
        Assert.True(sent.AsSpan().EndsWith(all));
        Assert.StartsWith("HTTP/1.1 418 Own Words", Line(got));
        Assert.True(got.AsSpan().IndexOf([.. "x-answer: a"u8, .. visible, .. "z\r\n"u8]) > 0);
        Assert.True(got.AsSpan().EndsWith(all));
    }

    [Theory]
    [InlineData(204)]
    [InlineData(205)]
    [InlineData(304)]
    public async Task An_answer_with_a_body_it_must_not_have_passes_without_it(int status)
    {
        using var server = new RawServer(_ =>
            (Encoding.Latin1.GetBytes($"HTTP/1.1 {status} Word\r\nContent-Length: 4\r\nx-kept: 1\r\n\r\nbody"), false));
        await using ProxyBench bench = await ProxyBench.Start(server.Address);
        string answer = Encoding.Latin1.GetString(await RawServer.Exchange(bench.Address, Get("/x")));
        Assert.StartsWith($"HTTP/1.1 {status} Word\r\n", answer);
        Assert.Contains("x-kept: 1", answer);
        Assert.DoesNotContain("body", answer);
    }

    [Fact]
    public async Task A_request_that_the_proxy_passed_on_itself_is_refused_and_said()
    {
        // The server sends it straight back, with all its headers.
        Uri? proxy = null;
        using var server = new RawServer(request => (RawServer.Exchange(
            proxy!, Encoding.Latin1.GetBytes(Encoding.Latin1.GetString(request)
                .Replace("HTTP/1.1\r\n", "HTTP/1.1\r\nConnection: close\r\n", StringComparison.Ordinal))).GetAwaiter().GetResult(), false));
        await using ProxyBench bench = await ProxyBench.Start(server.Address);
        proxy = bench.Address;
        using HttpResponseMessage response = await bench.Post(ProxyBench.Chat);
        Assert.Equal(508, (int)response.StatusCode);
        Assert.Contains("ProxyLoop", bench.Problems.Select(problem => problem.ErrorId));
        Assert.Single(server.Requests);
    }

    [Fact]
    public async Task A_WebSocket_passes_and_is_named_as_not_recorded()
    {
        const string Head = "GET /v1/responses HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: " +
            "websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
        using var server = new RawServer(_ =>
            ("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\nFRAME"u8.ToArray(), false));
        await using ProxyBench bench = await ProxyBench.Start(server.Address);
        string answer = Encoding.Latin1.GetString(await RawServer.Exchange(bench.Address, Encoding.Latin1.GetBytes(Head)));
        Assert.StartsWith("HTTP/1.1 101 ", answer);
        Assert.Contains("Upgrade: websocket", answer);
        Assert.EndsWith("FRAME", answer);
        Assert.Contains("upgrade: websocket", Encoding.Latin1.GetString(server.Requests.Single()), StringComparison.OrdinalIgnoreCase);
        Assert.Equal(1, bench.Counters.NotRecordedKinds["WebSocket connections"]);
        Assert.Contains("use HTTP", bench.Problems.Single().Message);
    }

    [Fact]
    public async Task A_compressed_body_passes_and_is_named_as_not_recorded()
    {
        byte[] body = [0x28, 0xB5, 0x2F, 0xFD, 0x04, 0x00, 0xFF];   // the beginning of zstd
        using var server = new RawServer(_ => (Ok, false));
        await using ProxyBench bench = await ProxyBench.Start(server.Address);
        byte[] request = [.. Encoding.Latin1.GetBytes(
            "POST /v1/responses HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Encoding: " +
                $"zstd\r\nContent-Length: {body.Length}\r\n\r\n"), .. body];
        Assert.StartsWith("HTTP/1.1 200 ", Line(await RawServer.Exchange(bench.Address, request)));
        Assert.True(server.Requests.Single().AsSpan().EndsWith(body));
        Assert.Equal((1, 1), (bench.Counters.NotRecorded, bench.Counters.NotRecordedKinds["compressed bodies"]));
        Assert.Contains("plain bodies", bench.Problems.Single().Message);
    }
}
