using Microsoft.AspNetCore.Http;

namespace AgentSim.Proxy;

/// <summary>The session a request belongs to, from its headers (behaviour 07#A7, and headers that came up since).</summary>
/// <param name="SessionId">The session.</param>
/// <param name="ParentSessionId">The session it was started from.</param>
/// <param name="IsFinal">Whether the client says that this is the last request of the session; null if it says nothing.</param>
internal sealed record SessionIdentity(string SessionId, string? ParentSessionId, bool? IsFinal)
{
    // Each names a session, its second one the parent.
    private static readonly (string Session, string? Parent)[] Plain =
    [
        ("x-session-id", "x-parent-session-id"),
        ("x-opencode-session", "x-parent-session-id"),
        ("x-session-affinity", "x-parent-session-id"),
    ];

    /// <summary>The session named by some headers; null if none is.</summary>
    /// <param name="headers">The headers of a request.</param>
    /// <param name="own">A header that names sessions before all others; null if there is none.</param>
    public static SessionIdentity? From(IHeaderDictionary headers, string? own = null)
    {
        if (own is not null && Text(headers, own) is { } named) return new SessionIdentity(named, null, null);
        (string Session, string? Parent)? found = Ids(headers);
        return found is null ? null : new SessionIdentity(found.Value.Session, found.Value.Parent,
            Flag(Text(headers, "x-dynamo-session-final")));
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

        if (Codex(headers) is { } codex) return codex;
        foreach ((string name, string? parent) in Plain)
        {
            if (Text(headers, name) is { } other) return (other, parent is null ? null : Text(headers, parent));
        }

        return null;
    }

    // A thread is an agent, a session the whole run of Codex. Older versions know no threads, and write with underscores; what
    // works for a session without a thread of its own is told by its kind.
    private static (string Session, string? Parent)? Codex(IHeaderDictionary headers)
    {
        string? run = Text(headers, "session-id") ?? Text(headers, "session_id") ?? Text(headers, "conversation_id");
        string? kind = Text(headers, "x-openai-subagent");
        if ((Text(headers, "thread-id") ?? Text(headers, "thread_id")) is { } thread)
        {
            string? parent = Text(headers, "x-codex-parent-thread-id") ?? (kind is null or "compact" ? null : run);
            return (thread, parent == thread ? null : parent);
        }

        if (run is null) return null;
        return kind is null or "compact" ? (run, null) : ($"{run}/{kind}", run);
    }

    private static bool? Flag(string? text) => text?.ToLowerInvariant() switch
    {
        "1" or "true" or "yes" or "on" => true,
        "0" or "false" or "no" or "off" => false,
        _ => null,
    };
}
