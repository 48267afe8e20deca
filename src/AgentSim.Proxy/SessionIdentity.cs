using Microsoft.AspNetCore.Http;

namespace AgentSim.Proxy;

/// <summary>The session a request belongs to, from its headers (behaviour 07#A7).</summary>
/// <param name="SessionId">The session.</param>
/// <param name="ParentSessionId">The session it was started from.</param>
/// <param name="IsFinal">Whether the client says that this is the last request of the session; null if it says nothing.</param>
internal sealed record SessionIdentity(string SessionId, string? ParentSessionId, bool? IsFinal)
{
    /// <summary>The session named by some headers; null if none is.</summary>
    public static SessionIdentity? From(IHeaderDictionary headers)
    {
        (string Session, string? Parent)? found = Ids(headers);
        return found is null ? null : new SessionIdentity(found.Value.Session, found.Value.Parent, Flag(Text(headers, "x-dynamo-session-final")));
    }

    /// <summary>A header's value without blanks around it; null if it is absent, blank or no plain text.</summary>
    public static string? Text(IHeaderDictionary headers, string name)
    {
        if (headers[name] is not [{ } value, ..] || value.AsSpan().ContainsAnyExcept(PlainText)) return null;
        value = value.Trim();
        return value.Length > 0 ? value : null;
    }

    private static System.Buffers.SearchValues<char> PlainText { get; } =
        System.Buffers.SearchValues.Create("\t" + string.Concat(Enumerable.Range(' ', '~' - ' ' + 1).Select(c => (char)c)));

    private static (string Session, string? Parent)? Ids(IHeaderDictionary headers)
    {
        if (Text(headers, "x-dynamo-session-id") is { } session) return (session, Text(headers, "x-dynamo-parent-session-id"));
        if (Text(headers, "x-claude-code-session-id") is { } root)
        {
            string child = Text(headers, "x-claude-code-agent-id") ?? root;
            return (child, child == root ? null : Text(headers, "x-claude-code-parent-agent-id") ?? root);
        }

        if (Text(headers, "session-id") is { } codex) return (codex, null);
        return Text(headers, "x-session-id") is { } other ? (other, Text(headers, "x-parent-session-id")) : null;
    }

    private static bool? Flag(string? text) => text?.ToLowerInvariant() switch
    {
        "1" or "true" or "yes" or "on" => true,
        "0" or "false" or "no" or "off" => false,
        _ => null,
    };
}
