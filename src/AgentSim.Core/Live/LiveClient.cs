using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;

namespace AgentSim.Live;

/// <summary>Sends requests to a server. What goes wrong with one is its outcome, and is never thrown.</summary>
internal sealed class LiveClient : IDisposable
{
    private const int MostErrorText = 300;

    private static readonly HttpRequestOptionsKey<LiveAnswer> AnswerKey = new("agentsim.answer");

    // Servers keep idle connections for five seconds or longer: none is taken up that may just be closed.
    private static readonly TimeSpan IdleTimeout = TimeSpan.FromSeconds(4);
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(30);

    private readonly HttpClient _http;
    private readonly LiveSettings _settings;
    private readonly LiveClock _clock;

    public LiveClient(LiveSettings settings, LiveClock clock)
    {
        (_settings, _clock) = (settings, clock);
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,   // the key is for this server alone
            AutomaticDecompression = DecompressionMethods.None,
            UseCookies = false,
            UseProxy = false,   // its delays would be taken for the server's
            MaxConnectionsPerServer = int.MaxValue,
            PooledConnectionIdleTimeout = IdleTimeout,
            ConnectTimeout = ConnectTimeout,
            ActivityHeadersPropagator = null,
            ConnectCallback = Connect,
        };
        _http = new HttpClient(handler) { BaseAddress = settings.Endpoint.Root, Timeout = Timeout.InfiniteTimeSpan };
        _http.DefaultRequestHeaders.Authorization = settings.Key?.Header;
        _http.DefaultRequestHeaders.UserAgent.ParseAdd("agentsim");
    }

    /// <summary>Sends a request and reads its answer to the end.</summary>
    /// <param name="path">Path below the server.</param>
    /// <param name="body">The request.</param>
    /// <param name="answer">Gets what happens.</param>
    /// <param name="cancellation">Breaks it off.</param>
    public async Task Send(string path, ReadOnlyMemory<byte> body, LiveAnswer answer, CancellationToken cancellation)
    {
        using CancellationTokenSource? limit = _settings.RequestTimeoutSeconds is { } seconds
            ? CancellationTokenSource.CreateLinkedTokenSource(cancellation) : null;
        limit?.CancelAfter(TimeSpan.FromSeconds(_settings.RequestTimeoutSeconds!.Value));
        CancellationToken stop = limit?.Token ?? cancellation;
        try
        {
            while (!await TrySend(path, body, answer, stop).ConfigureAwait(false))
            {
            }
        }
        catch (OperationCanceledException error)
        {
            answer.Error = cancellation.IsCancellationRequested ? LiveFailure.Interrupted
                : error.InnerException is TimeoutException ? "connection_timed_out" : LiveFailure.TimedOut;
        }
        catch (Exception error) when (LiveFailure.Of(error, answer.StatusCode > 0) is { } name)
        {
            answer.Error = name;
            answer.ErrorText = Short(error.Message);
        }

        answer.Ended = _clock.Now;
    }

    /// <summary>Gets a page of the server; null where it has none.</summary>
    public async Task<(HttpStatusCode Status, string? Server, string Text)> Get(string path, TimeSpan limit, CancellationToken cancellation)
    {
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        stop.CancelAfter(limit);
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        using HttpResponseMessage response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, stop.Token)
            .ConfigureAwait(false);
        string text = await ReadSome(response, 8 << 20, stop.Token).ConfigureAwait(false);
        return (response.StatusCode, ServerOf(response), text);
    }

    public void Dispose() => _http.Dispose();

    /// <summary>A text of the server as one short line, without the key.</summary>
    public string Short(string text)
    {
        string shown = _settings.Key?.Hide(text) ?? text;
        return Quote.Line(shown.Length > MostErrorText ? shown[..MostErrorText] : shown);
    }

    // False: nothing of the request was sent, and it is to be tried once more.
    private async Task<bool> TrySend(string path, ReadOnlyMemory<byte> body, LiveAnswer answer, CancellationToken stop)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path)
        {
            Content = new TimedContent(body, answer, _clock),
            Version = HttpVersion.Version11,
        };
        request.Options.Set(AnswerKey, answer);
        HttpResponseMessage response;
        try
        {
            response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, stop).ConfigureAwait(false);
        }
        catch (HttpRequestException) when (double.IsNaN(answer.Sent) && !answer.IsRetried)
        {
            answer.IsRetried = true;
            return false;
        }

        using (response)
        {
            answer.StatusCode = (int)response.StatusCode;
            if (!response.IsSuccessStatusCode)
            {
                answer.Error = LiveFailure.OfStatus(answer.StatusCode);
                answer.ErrorText = Short(await ReadSome(response, 4096, stop).ConfigureAwait(false));
                return true;
            }

            if (response.Content.Headers.ContentType?.MediaType != "text/event-stream")
            {
                answer.Error = LiveFailure.NotStreamed;
                return true;
            }

            answer.Stream = new AnswerStream(_clock);
            using Stream stream = await response.Content.ReadAsStreamAsync(stop).ConfigureAwait(false);
            await answer.Stream.Read(stream, stop).ConfigureAwait(false);
        }

        if (answer.Stream.ErrorText is { } said) (answer.Error, answer.ErrorText) = (LiveFailure.ServerError, Short(said));
        else if (!answer.Stream.IsWhole) answer.Error = LiveFailure.EndedEarly;
        else if (answer.Stream.TokenTimes.Count == 0) answer.Error = LiveFailure.NoTokens;
        return true;
    }

    private async ValueTask<Stream> Connect(SocketsHttpConnectionContext context, CancellationToken cancellation)
    {
        if (context.InitialRequestMessage.Options.TryGetValue(AnswerKey, out LiveAnswer? answer)) answer.Act(_clock.Now);
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(context.DnsEndPoint, cancellation).ConfigureAwait(false);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static string? ServerOf(HttpResponseMessage response) =>
        response.Headers.TryGetValues("Server", out IEnumerable<string>? values) ? string.Join(' ', values) : null;

    private static async Task<string> ReadSome(HttpResponseMessage response, int most, CancellationToken stop)
    {
        using Stream stream = await response.Content.ReadAsStreamAsync(stop).ConfigureAwait(false);
        var text = new MemoryStream();
        var buffer = new byte[4096];
        for (int count; text.Length < most && (count = await stream.ReadAsync(buffer, stop).ConfigureAwait(false)) > 0;)
            text.Write(buffer, 0, count);
        return System.Text.Encoding.UTF8.GetString(text.GetBuffer(), 0, (int)text.Length);
    }

    // Notes when the request goes out.
    private sealed class TimedContent : HttpContent
    {
        private readonly ReadOnlyMemory<byte> _body;
        private readonly LiveAnswer _answer;
        private readonly LiveClock _clock;

        public TimedContent(ReadOnlyMemory<byte> body, LiveAnswer answer, LiveClock clock)
        {
            (_body, _answer, _clock) = (body, answer, clock);
            Headers.ContentType = new MediaTypeHeaderValue("application/json");
        }

        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
            SerializeToStreamAsync(stream, context, CancellationToken.None);

        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellation)
        {
            _clock.WaitBriefly(_answer.Scheduled);
            _answer.Send(_clock.Now);
            return stream.WriteAsync(_body, cancellation).AsTask();
        }

        protected override bool TryComputeLength(out long length)
        {
            length = _body.Length;
            return true;
        }
    }
}
