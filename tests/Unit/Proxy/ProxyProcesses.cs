using System.Diagnostics;
using System.Text;
using AgentSim.Capture;
using AgentSim.Tests.Zmtp;

namespace AgentSim.Tests.Proxy;

/// <summary>A folder for captures with a proxy, and what tests of real processes do with them.</summary>
public abstract class ProxyProcesses : IDisposable
{
    internal static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private protected readonly TempFolder _folder = new();

    public void Dispose()
    {
        _folder.Dispose();
        GC.SuppressFinalize(this);
    }

    private protected static Task<FakeServer> Answering() =>
        FakeServer.Json("""{"choices":[{"index":0,"message":{"content":"hi"},"finish_reason":"stop"}],"usage":{"prompt_tokens":3,"completion_tokens":1}}""");

    private protected TraceCaptureOptions Options(Uri upstream, TraceFileFormat format = TraceFileFormat.JsonlGz, bool withTools = false,
        int flushMs = 20) => new()
    {
        Sink = new TraceSinkOptions { Path = _folder.File(format == TraceFileFormat.Jsonl ? "run.jsonl" : "run"), Format = format,
            FlushIntervalMs = flushMs },
        ToolEndpoint = withTools ? "tcp://127.0.0.1:0" : null,
        Proxy = new ProxyOptions { Upstream = upstream, Listen = "http://127.0.0.1:0" },
    };

    private protected static async Task Post(string address, int count = 1, string session = "s")
    {
        using var client = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { Timeout = Patience };
        client.DefaultRequestHeaders.Add("x-dynamo-session-id", session);
        for (int i = 0; i < count; i++)
        {
            using HttpResponseMessage response = await client.PostAsync($"{address}/v1/chat/completions",
                new StringContent(ProxyBench.Chat, Encoding.UTF8, "application/json"));
            Assert.True(response.IsSuccessStatusCode);
        }
    }

    private protected long Rows()
    {
        try
        {
            return TraceCapture.GetStatus(_folder.File("run")).Rows;
        }
        catch (AgentSimException)
        {
            return 0;   // no files yet
        }
    }

    // The only child of a process. Threads may end while they are looked at.
    private protected static async Task<int> Child(int process)
    {
        int child = 0;
        await Wait.Until(() =>
        {
            try
            {
                child = Directory.GetDirectories($"/proc/{process}/task").SelectMany(thread => File.ReadAllText($"{thread}/children")
                    .Split(' ', StringSplitOptions.RemoveEmptyEntries)).Select(int.Parse).SingleOrDefault();
            }
            catch (IOException)
            {
                // One has just ended.
            }

            return child > 0;
        });
        return child;
    }

    private protected Process Cli(string[] before, Uri upstream, params string[] options) => Process.Start(CliProgram.StartBy(
        before, ["capture", "--output-path", _folder.File("run"), "--upstream", upstream.ToString(), "--listen", "http://127.0.0.1:0",
            .. options]))!;

    // Where the proxy listens, from the command's own words.
    private protected static async Task<string> Address(Process process)
    {
        while (await process.StandardError.ReadLineAsync().WaitAsync(Patience) is { } line)
        {
            int at = line.IndexOf(" at http://", StringComparison.Ordinal);
            if (at >= 0) return line[(at + 4)..];
        }

        throw new InvalidOperationException("no address was named");
    }
}
