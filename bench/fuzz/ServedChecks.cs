using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace AgentSim.Fuzz;

/// <summary>What must hold of a server, whatever it was sent.</summary>
internal static partial class ServedChecks
{
    /// <summary>Of an answer, as far as it came.</summary>
    public static IEnumerable<Finding> Of(string answer)
    {
        if (answer.Length == 0) yield break;   // to what is no request there need be none
        int end = answer.IndexOf("\r\n\r\n", StringComparison.Ordinal);
        if (end < 0 || Status().Match(answer) is not { Success: true } status)
        {
            yield return new Finding("no answer", answer[..Math.Min(answer.Length, 200)], "no HTTP");
            yield break;
        }

        (string head, string body) = (answer[..end], answer[(end + 4)..]);
        if (status.Groups[1].Value == "100") yield break;
        if (status.Groups[1].Value == "500") yield return new Finding("internal error",
            $"the server answers {body[..Math.Min(body.Length, 300)]}");
        bool isChunked = head.Contains("chunked", StringComparison.OrdinalIgnoreCase);
        if (isChunked) body = Whole(body) ?? "";
        if (Checks.Raw(body.Replace("\r", "", StringComparison.Ordinal)) is >= 0 and int raw)
            yield return new Finding("raw text", $"the server answers {Checks.Around(body, raw)}", "serve answers");
        bool isWhole = isChunked ? body.Length > 0 : Length().Match(head) is { Success: true } length
            && Encoding.UTF8.GetByteCount(body) == int.Parse(length.Groups[1].Value, CultureInfo.InvariantCulture) && body.Length > 0;
        if (!isWhole) yield break;
        if (head.Contains("application/json", StringComparison.Ordinal) && Checks.Json(Encoding.UTF8.GetBytes(body)) is { } fault)
            yield return new Finding("no JSON", $"the server answers: {fault}: {body[..Math.Min(body.Length, 200)]}", "serve");
        if (!head.Contains("text/event-stream", StringComparison.Ordinal)) yield break;
        foreach (string line in body.Split('\n').Where(line => line.Length > 0 && line != "data: [DONE]"))
        {
            if (line.StartsWith("data: ", StringComparison.Ordinal) && Checks.Json(Encoding.UTF8.GetBytes(line[6..])) is null) continue;
            yield return new Finding("no JSON", $"the server streams {line[..Math.Min(line.Length, 200)]}", "serve streams");
            break;
        }
    }

    /// <summary>Of what it said on standard error meanwhile.</summary>
    public static IEnumerable<Finding> Said(string said)
    {
        if (said.Contains("internal error", StringComparison.Ordinal) || said.Contains("   at ", StringComparison.Ordinal)
            || said.Contains("started anew", StringComparison.Ordinal))
            yield return new Finding("internal error", $"the server says {said[..Math.Min(said.Length, 600)]}");
        if (Checks.Raw(said) is >= 0 and int raw)
            yield return new Finding("raw text", $"the server says {Checks.Around(said, raw)}", "serve says");
    }

    // Null: it goes on.
    private static string? Whole(string chunked)
    {
        var body = new StringBuilder();
        byte[] bytes = Encoding.UTF8.GetBytes(chunked);
        for (int at = 0; ;)
        {
            int end = bytes.AsSpan(at).IndexOf("\r\n"u8);
            if (end < 0 || !int.TryParse(Encoding.ASCII.GetString(bytes, at, end), NumberStyles.HexNumber, CultureInfo.InvariantCulture,
                out int length) || at + end + 2 + length > bytes.Length) return null;
            if (length == 0) return body.ToString();
            body.Append(Encoding.UTF8.GetString(bytes, at + end + 2, length));
            at += end + 2 + length + 2;
            if (at > bytes.Length) return null;
        }
    }

    [GeneratedRegex("^HTTP/1\\.[01] ([0-9]{3})")]
    private static partial Regex Status();

    [GeneratedRegex("Content-Length: ([0-9]+)")]
    private static partial Regex Length();
}
