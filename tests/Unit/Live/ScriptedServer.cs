using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace AgentSim.Tests.Live;

/// <summary>What a request to <see cref="ScriptedServer"/> asked for, and how to answer it, right or wrong.</summary>
internal sealed class ScriptedCall(ScriptedServer server, Socket socket, string path, string head, string body)
{
    public string Path => path;

    public string Head => head;

    public string Body => body;

    public JsonElement Json { get; } = body.Length > 0 ? JsonSerializer.Deserialize<JsonElement>(body) : default;

    /// <summary>Ids of the prompt, if it has any.</summary>
    public int[] Ids => [.. Json.GetProperty("prompt").EnumerateArray().Select(id => id.GetInt32())];

    public int MaxTokens => Json.GetProperty("max_tokens").GetInt32();

    public long Received { get; } = Stopwatch.GetTimestamp();

    /// <summary>When the last byte of the answer was handed over; 0: never.</summary>
    public long Answered { get; set; }

    /// <summary>Whether the connection is to be closed behind the answer.</summary>
    public bool IsLast { get; set; }

    public Task Send(string text) => socket.SendAsync(Encoding.UTF8.GetBytes(text)).WaitAsync(TimeSpan.FromMinutes(1));

    public async Task Page(string text, int status = 200, string type = "application/json", string more = "") =>
        await Send($"HTTP/1.1 {status} X\r\nServer: scripted/1\r\nContent-Type: {type}\r\n{more}Content-Length: " +
            $"{Encoding.UTF8.GetByteCount(text)}\r\n\r\n{text}");

    public Task BeginStream() =>
        Send("HTTP/1.1 200 OK\r\nServer: scripted/1\r\nContent-Type: text/event-stream; charset=utf-8\r\n" +
            "Transfer-Encoding: chunked\r\n\r\n");

    public Task Event(string data)
    {
        string text = $"data: {data}\n\n";
        return Send($"{Encoding.UTF8.GetByteCount(text):x}\r\n{text}\r\n");
    }

    public Task Token(bool isLast = false) => Event(path.EndsWith("chat/completions", StringComparison.Ordinal)
        ? "{\"choices\":[{\"index\":0,\"delta\":{\"content\":\" w\"},\"finish_reason\":" + (isLast ? "\"length\"" : "null") + "}]}"
        : "{\"choices\":[{\"index\":0,\"text\":\" w\",\"finish_reason\":" + (isLast ? "\"length\"" : "null") + "}],\"usage\":null}");

    public Task Usage(int prompt, int output, int cached = 0) => Event(
        $"{{\"choices\":[],\"usage\":{{\"prompt_tokens\":{prompt},\"completion_tokens\":{output}," +
            $"\"prompt_tokens_details\":{{\"cached_tokens\":{cached}}}}}}}");

    public async Task EndStream()
    {
        await Event("[DONE]");
        await Send("0\r\n\r\n");
    }

    /// <summary>A right answer.</summary>
    public async Task Answer(int? tokens = null, int? prompt = null, int delayMs = 0)
    {
        int count = tokens ?? MaxTokens;
        await BeginStream();
        for (int i = 0; i < count; i++)
        {
            if (delayMs > 0) await Task.Delay(delayMs);
            await Token(i == count - 1);
        }

        await Usage(prompt ?? Ids.Length, count);
        await EndStream();
    }

    /// <summary>Ends the connection without a farewell.</summary>
    public void Reset()
    {
        socket.LingerState = new LingerOption(true, 0);
        socket.Close();
    }

    /// <summary>Closes the sending half only, and goes on listening.</summary>
    public void HalfClose() => socket.Shutdown(SocketShutdown.Send);

    public void KillServer() => server.Dispose();
}

/// <summary>An OpenAI-compatible server on raw sockets, so that it can do everything wrong.</summary>
internal sealed class ScriptedServer : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly List<Socket> _sockets = [];
    private readonly List<ScriptedCall> _calls = [];
    private readonly Func<ScriptedCall, Task> _answer;
    private bool _isStopped;

    /// <param name="answer">Answers requests for completions; null: rightly.</param>
    public ScriptedServer(Func<ScriptedCall, Task>? answer = null)
    {
        _answer = answer ?? (call => call.Answer());
        _listener.Start(1024);
        Address = $"http://{_listener.LocalEndpoint}";
        _ = AcceptAsync();
    }

    public string Address { get; }

    public string Models { get; init; } = """{"object":"list","data":[{"id":"m","owned_by":"vllm"}]}""";

    public string? Metrics { get; init; } =
        "# HELP x y\nvllm:num_preemptions_total{engine=\"0\"} 3.0\nvllm:cache_config_info{block_size=\"32\",num_gpu_blocks=\"777\"} 1.0\n";

    /// <summary>Requests for completions so far, in the order in which they came.</summary>
    public IReadOnlyList<ScriptedCall> Calls
    {
        get
        {
            lock (_calls) return [.. _calls];
        }
    }

    public void Dispose()
    {
        _listener.Stop();
        lock (_sockets)
        {
            _isStopped = true;
            foreach (Socket socket in _sockets) Drop(socket);
        }
    }

    private static void Drop(Socket socket)
    {
        try
        {
            socket.LingerState = new LingerOption(true, 0);
            socket.Close();
        }
        catch (ObjectDisposedException)
        {
            // It has ended already.
        }
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true) _ = ServeAsync(await _listener.AcceptSocketAsync());
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException or InvalidOperationException)
        {
            // Stopped.
        }
    }

    private async Task ServeAsync(Socket socket)
    {
        socket.NoDelay = true;
        lock (_sockets)
        {
            if (_isStopped) socket.Close();
            _sockets.Add(socket);
        }

        try
        {
            var reader = new ByteReader(socket);
            while (await reader.Head() is { } head)
            {
                string path = head.Split(' ')[1];
                string body = await reader.Body(head);
                var call = new ScriptedCall(this, socket, path, head, body);
                if (path == "/v1/models") await call.Page(Models);
                else if (path == "/metrics" && Metrics is not null) await call.Page(Metrics, type: "text/plain");
                else if (path is "/v1/completions" or "/v1/chat/completions")
                {
                    lock (_calls) _calls.Add(call);
                    await _answer(call);
                    call.Answered = Stopwatch.GetTimestamp();
                }
                else await call.Page("{}", 404);

                if (!call.IsLast) continue;
                socket.Close();
                return;
            }
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException or IOException)
        {
            // The other side went away, or this one did.
        }
    }

    private sealed class ByteReader(Socket socket)
    {
        private byte[] _buffer = [];

        public async Task<string?> Head()
        {
            while (true)
            {
                int end = _buffer.AsSpan().IndexOf("\r\n\r\n"u8);
                if (end >= 0) return Encoding.Latin1.GetString(Take(end + 4));
                if (!await More()) return null;
            }
        }

        public async Task<string> Body(string head)
        {
            int at = head.IndexOf("Content-Length:", StringComparison.OrdinalIgnoreCase);
            if (at < 0) return "";
            int length = int.Parse(head[(at + 15)..head.IndexOf('\r', at)], System.Globalization.CultureInfo.InvariantCulture);
            while (_buffer.Length < length) if (!await More()) return "";
            return Encoding.UTF8.GetString(Take(length));
        }

        private byte[] Take(int count)
        {
            byte[] taken = _buffer[..count];
            _buffer = _buffer[count..];
            return taken;
        }

        private async Task<bool> More()
        {
            var piece = new byte[64 << 10];
            int count = await socket.ReceiveAsync(piece);
            if (count == 0) return false;
            _buffer = [.. _buffer, .. piece.AsSpan(0, count)];
            return true;
        }
    }
}
