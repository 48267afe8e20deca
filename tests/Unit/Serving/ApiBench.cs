using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using AgentSim.Proxy.Serving;
using AgentSim.Serving;
using AgentSim.Simulation;
using AgentSim.Tests.Simulation;

namespace AgentSim.Tests.Serving;

/// <summary>A server with simulated engines, and a client.</summary>
internal sealed class ApiBench : IAsyncDisposable
{
    private readonly List<AgentSimException> _problems;

    private ApiBench(ApiServer server, List<AgentSimException> problems)
    {
        (Server, _problems) = (server, problems);
        Client = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = new Uri(server.Address),
            Timeout = TimeSpan.FromMinutes(2) };
    }

    public ApiServer Server { get; }

    public HttpClient Client { get; }

    public Uri Address => new(Server.Address);

    public IReadOnlyList<AgentSimException> Problems
    {
        get
        {
            lock (_problems) return [.. _problems];
        }
    }

    public static async Task<ApiBench> Start(
        ReplaySettings? settings = null, double speed = 50.0, int? connections = null, string model = "m",
        ApiLimits? limits = null)
    {
        List<AgentSimException> problems = [];
        ServerOptions options = new() { Listen = "http://127.0.0.1:0", Speed = speed, Model = model };
        ServerSettings server = ServerSettings.Of(options, settings ?? Sim.Settings("""{"block_size":16,"num_gpu_blocks":512}"""));
        return new ApiBench(
            await ApiServer.StartAsync(
                server,
                problem =>
                {
                    lock (problems) problems.Add(problem);
                },
                limits ?? new ApiLimits(connections)),
            problems);
    }

    public Task<HttpResponseMessage> Post(string path, string body, HttpCompletionOption until = HttpCompletionOption.ResponseContentRead)
    {
        var content = new StringContent(body, Encoding.UTF8);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        return Client.SendAsync(new HttpRequestMessage(HttpMethod.Post, path) { Content = content }, until);
    }

    /// <summary>An answer in one piece.</summary>
    public async Task<JsonElement> Ask(string path, string body)
    {
        using HttpResponseMessage response = await Post(path, body);
        string text = await response.Content.ReadAsStringAsync();
        Assert.True(response.IsSuccessStatusCode, text);
        return JsonDocument.Parse(text).RootElement;
    }

    /// <summary>The events of a stream, without the last, which is <c>[DONE]</c>.</summary>
    public async Task<List<JsonElement>> Stream(string path, string body)
    {
        using HttpResponseMessage response = await Post(path, body);
        Assert.Equal("text/event-stream", response.Content.Headers.ContentType?.MediaType);
        string[] events = (await response.Content.ReadAsStringAsync()).Split("\n\n", StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal("data: [DONE]", events[^1]);
        Assert.All(events, each => Assert.StartsWith("data: ", each));
        return [.. events[..^1].Select(each => JsonDocument.Parse(each["data: ".Length..]).RootElement)];
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await Server.DisposeAsync();
    }
}
