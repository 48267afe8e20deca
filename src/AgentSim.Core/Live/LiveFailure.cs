using System.Net.Sockets;
using System.Text.Json;

namespace AgentSim.Live;

/// <summary>The names of what can go wrong with a request.</summary>
internal static class LiveFailure
{
    public const string Interrupted = "interrupted";
    public const string TimedOut = "timed_out";
    public const string EndedEarly = "stream_ended_early";
    public const string NotStreamed = "answer_not_streamed";
    public const string ServerError = "server_error";
    public const string NoTokens = "no_tokens";

    public static string OfStatus(int status) => FormattableString.Invariant($"http_{status}");

    /// <summary>The name of an error of the connection or of the answer; null: it is of another kind.</summary>
    /// <param name="error">What was thrown.</param>
    /// <param name="hasAnswer">Whether the answer had begun.</param>
    public static string? Of(Exception error, bool hasAnswer)
    {
        if (error is JsonException or InvalidDataException or FormatException) return "answer_invalid";
        if (error is not (HttpRequestException or IOException or SocketException)) return null;
        for (Exception? cause = error; cause is not null; cause = cause.InnerException)
        {
            if (cause is SocketException socket)
            {
                return socket.SocketErrorCode switch
                {
                    SocketError.ConnectionRefused => "connection_refused",
                    SocketError.HostNotFound or SocketError.NoData or SocketError.TryAgain => "host_unknown",
                    SocketError.ConnectionReset or SocketError.ConnectionAborted or SocketError.Shutdown => "connection_reset",
                    SocketError.TimedOut => "connection_timed_out",
                    SocketError.HostUnreachable or SocketError.NetworkUnreachable or SocketError.HostDown => "host_unreachable",
                    _ => "connection_failed",
                };
            }
        }

        HttpRequestError kind = error is HttpRequestException request ? request.HttpRequestError
            : error is HttpIOException io ? io.HttpRequestError : HttpRequestError.Unknown;
        return kind switch
        {
            HttpRequestError.NameResolutionError => "host_unknown",
            HttpRequestError.SecureConnectionError => "tls_failed",
            HttpRequestError.ResponseEnded when hasAnswer => EndedEarly,
            HttpRequestError.ResponseEnded => "connection_closed",
            HttpRequestError.InvalidResponse or HttpRequestError.HttpProtocolError => "answer_invalid",
            HttpRequestError.ConfigurationLimitExceeded => "answer_too_large",
            _ => hasAnswer ? EndedEarly : "connection_failed",
        };
    }
}
