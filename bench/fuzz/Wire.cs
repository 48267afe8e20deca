using System.Globalization;
using System.Text;

namespace AgentSim.Fuzz;

/// <summary>
/// Requests and answers of HTTP as they go over a connection, with some damage: in the text, in the head, in how long it is.
/// </summary>
internal static class Wire
{
    /// <summary>Ends names of files that are requests to a server which runs.</summary>
    public const string Requests = ".request.http";

    /// <summary>Ends names of files that are answers of a server to what runs.</summary>
    public const string Answers = ".answer.http";

    /// <summary>In the name of a request: the client sends no more behind it, and says so.</summary>
    public const string Half = ".half";

    /// <summary>In the name of an answer: the connection stays open behind it.</summary>
    public const string Stalls = ".stalls";

    private const string HeadEnd = "\r\n\r\n";

    private static readonly string[] Lines =
    [
        "Expect: 100-continue", "Transfer-Encoding: chunked", "Transfer-Encoding: gzip, chunked", "Content-Encoding: gzip",
        "Content-Length: 5", "Content-Length: -1", "Content-Length: 99999999999999999999", "Upgrade: websocket", "Connection: upgrade",
        "Connection: keep-alive", "Host: \u001b[2J", "Host:", ": empty", "No-Colon", " folded", "X-A: a\u0000b", "X-B: \u00ff\u00fe",
        "Content-Type: text/plain", "Content-Type: text/event-stream", "Content-Type: \u0007", "Location: http://127.0.0.1:1/",
        "Range: bytes=0-1", "Accept: text/event-stream", "Authorization: Bearer x", "traceparent: 00-0-0-0", "Server: \u00e2\u0080\u00ae",
        "Retry-After: -1", "X-Long: " + new string('x', 40_000),
    ];

    /// <summary>A request to an API of models.</summary>
    public static byte[] Request(string seed, Draw draw) => Message(seed, draw, draw.Chance(70) ? null : head => draw.Below(5) switch
    {
        0 => head.Replace("POST", draw.Of(["GET", "PUT", "post", "CONNECT", "OPTIONS", "X\u0007", ""]), StringComparison.Ordinal),
        1 => head.Replace("/v1/", draw.Of(["/", "//v1/", "/v1/../v1/", "/v1%2f", "/%00", "http://x/v1/", "/v2/", "*", "/\u001b[2J/",
            "/" + new string('a', 20_000) + "/"]), StringComparison.Ordinal),
        2 => head.Replace("HTTP/1.1", draw.Of(["HTTP/1.0", "HTTP/9.9", "HTTP/2.0", "http/1.1", ""]), StringComparison.Ordinal),
        3 => head.Replace("\r\n", "\n", StringComparison.Ordinal),
        _ => head,
    });

    /// <summary>An answer of a server of models.</summary>
    public static byte[] Answer(string seed, Draw draw) => Message(seed, draw, draw.Chance(75) ? null : head => draw.Below(4) switch
    {
        0 => head.Replace("200 OK", draw.Of(["201 Created", "204 No Content", "302 Found", "401 \u001b[2J", "404 x", "429 Too Many",
            "500 x", "100 Continue", "999 x", "0 x", "200"]), StringComparison.Ordinal),
        1 => head.Replace("HTTP/1.1", draw.Of(["HTTP/1.0", "HTTP/3.0", "ICY", "\u0000", ""]), StringComparison.Ordinal),
        2 => head.Replace("text/event-stream", draw.Of(["application/json", "TEXT/EVENT-STREAM", "text/event-stream; charset=utf-16", "x"]),
            StringComparison.Ordinal),
        _ => head,
    });

    private static byte[] Message(string seed, Draw draw, Func<string, string>? damage)
    {
        string text = Encoding.Latin1.GetString(Seeds.Content(seed));
        int end = text.IndexOf("\n\n", StringComparison.Ordinal);   // as text files have it
        (string head, string body) = (text[..end].Replace("\n", "\r\n", StringComparison.Ordinal), text[(end + 2)..]);
        if (draw.Chance(75)) body = Encoding.Latin1.GetString(Mutation.Text(Encoding.Latin1.GetBytes(body), draw));
        if (damage is not null) head = damage(head);
        if (draw.Chance(15)) head += "\r\n" + draw.Of(Lines);
        bool isRequest = !seed.Contains("answer", StringComparison.Ordinal);
        (head, body) = draw.Below(20) switch
        {
            < 4 => ($"{head}\r\nTransfer-Encoding: chunked", Chunked(body, draw)),
            4 => ($"{head}\r\nContent-Length: {draw.Of(EdgeValues.Numbers)}", body),
            5 => (head, body),
            _ when isRequest && body.Length == 0 => (head, body),
            < 12 when !isRequest => (head, body),   // up to where the connection ends
            _ => (string.Create(CultureInfo.InvariantCulture, $"{head}\r\nContent-Length: {body.Length}"), body),
        };
        string all = head + HeadEnd + body;
        if (draw.Chance(6)) all = all[..draw.Below(all.Length + 1)];
        return Encoding.Latin1.GetBytes(all);
    }

    private static string Chunked(string body, Draw draw)
    {
        var made = new StringBuilder();
        for (int at = 0; at < body.Length;)
        {
            int length = Math.Min(body.Length - at, 1 + draw.Below(200));
            string size = draw.Chance(3) ? draw.Of(["-1", "0", "ffffffffffffffffff", "7fffffff", "x", "", "5;a=\"b", " 3"])
                : length.ToString("x", CultureInfo.InvariantCulture);
            made.Append(size).Append("\r\n").Append(body, at, length).Append(draw.Chance(2) ? "" : "\r\n");
            at += length;
        }

        return made.Append(draw.Chance(5) ? "" : "0\r\n\r\n").ToString();
    }
}
