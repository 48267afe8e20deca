using System.Text;
using System.Text.Json;
using AgentSim.Capture;
using AgentSim.Proxy;

namespace AgentSim.Tests.Proxy;

/// <summary>A proxy in front of a server, a client, and what is recorded.</summary>
internal sealed class ProxyBench : IAsyncDisposable
{
    public const string Chat = """{"model":"m","messages":[{"role":"user","content":"hello"}]}""";
    public const string ChatStream = """{"model":"m","stream":true,"messages":[{"role":"user","content":"hello"}]}""";
    public const string ChatStreamUsage =
        """{"model":"m","stream":true,"stream_options":{"include_usage":true},"messages":[{"role":"user","content":"hello"}]}""";

    private readonly TempFolder _folder;
    private readonly TraceFileSink _sink;
    private readonly RecordingProxy _proxy;
    private readonly List<AgentSimException> _problems;

    private ProxyBench(TempFolder folder, TraceFileSink sink, RecordingProxy proxy, List<AgentSimException> problems)
    {
        (_folder, _sink, _proxy, _problems) = (folder, sink, proxy, problems);
        Client = new HttpClient(new SocketsHttpHandler { UseProxy = false, MaxResponseHeadersLength = 120 }) { BaseAddress =
            new Uri(proxy.Address), Timeout = TimeSpan.FromMinutes(2) };
    }

    public HttpClient Client { get; }

    public ProxyCounters Counters => _proxy.Counters;

    public IReadOnlyList<AgentSimException> Problems
    {
        get
        {
            lock (_problems) return [.. _problems];
        }
    }

    public Uri Address => new(_proxy.Address);

    public static async Task<ProxyBench> Start(
        Uri upstream, int blockSize = 4, string? sessionHeader = null, bool infersSessions = false, int? connections = null)
    {
        var folder = new TempFolder();
        var problems = new List<AgentSimException>();
        void Report(AgentSimException problem)
        {
            lock (problems) problems.Add(problem);
        }

        var sink = TraceFileSink.Open(new TraceSinkOptions { Path = folder.File("run.jsonl"), Format = TraceFileFormat.Jsonl }, Report);
        var options = new ProxyOptions
        {
            Upstream = upstream, Listen = "http://127.0.0.1:0", TraceBlockSize = blockSize, SessionHeader = sessionHeader,
                InferSessions = infersSessions,
        };
        return new ProxyBench(folder, sink, await RecordingProxy.StartAsync(options, row => sink.Publish(row), Report,
            connections: connections), problems);
    }

    public Task<HttpResponseMessage> Post(string body, string path = "/v1/chat/completions", params (string Name, string Value)[] headers)
    {
        var request = new HttpRequestMessage(HttpMethod.Post,
            path) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        foreach ((string name, string value) in headers) request.Headers.TryAddWithoutValidation(name, value);
        return Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
    }

    public async Task<string> PostText(string body, string path = "/v1/chat/completions", params (string Name, string Value)[] headers)
    {
        using HttpResponseMessage response = await Post(body, path, headers);
        return await response.Content.ReadAsStringAsync();
    }

    /// <summary>Stops the proxy, and what is under way at once.</summary>
    public Task StopAtOnce() => _proxy.StopAsync(new CancellationToken(canceled: true));

    /// <summary>Stops the proxy; the text of the file it wrote.</summary>
    public async Task<string> Text()
    {
        await _proxy.DisposeAsync();
        _sink.Dispose();
        return await File.ReadAllTextAsync(_folder.File("run.jsonl"));
    }

    /// <summary>Stops the proxy; the records it wrote, which can also be imported (a file without any is refused).</summary>
    public async Task<JsonElement[]> Rows()
    {
        string[] lines = (await Text()).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        if (lines.Length > 0) Assert.Equal(lines.Length, AgentSim.Traces.RequestTraceReader.Read([_folder.File("run.jsonl")]).Count());
        return [.. lines.Select(line => JsonDocument.Parse(line).RootElement.GetProperty("event"))];
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _proxy.DisposeAsync();
        _sink.Dispose();
        _folder.Dispose();
    }
}
