using Microsoft.AspNetCore.Http;

namespace AgentSim.Proxy;

/// <summary>The interfaces of servers whose requests are recorded.</summary>
internal enum Api
{
    /// <summary>OpenAI's chats: <c>…/chat/completions</c>.</summary>
    Chat,

    /// <summary>OpenAI's plain completions: <c>…/completions</c>.</summary>
    Completions,

    /// <summary>Anthropic's messages: <c>…/messages</c>.</summary>
    Messages,

    /// <summary>OpenAI's responses, and their compaction: <c>…/responses</c>, <c>…/responses/compact</c>.</summary>
    Responses,
}

/// <summary>Tells interfaces from each other.</summary>
internal static class Apis
{
    /// <summary>The interface that a request speaks; null for everything that is not recorded.</summary>
    public static Api? Of(HttpRequest request)
    {
        if (!HttpMethods.IsPost(request.Method)) return null;
        ReadOnlySpan<char> path = (request.Path.Value ?? "").AsSpan().TrimEnd('/');
        if (EndsWith(path, "/chat/completions")) return Api.Chat;
        if (EndsWith(path, "/completions")) return Api.Completions;
        if (EndsWith(path, "/responses") || EndsWith(path, "/responses/compact")) return Api.Responses;
        // Messages of OpenAI's threads are no requests to a model.
        return EndsWith(path, "/messages") && path.IndexOf("/threads/", StringComparison.OrdinalIgnoreCase) < 0 ? Api.Messages : null;
    }

    /// <summary>Its name in records.</summary>
    public static string Name(this Api api) => api switch
    {
        Api.Chat => "chat",
        Api.Completions => "completions",
        Api.Messages => "messages",
        _ => "responses",
    };

    private static bool EndsWith(ReadOnlySpan<char> path, string end) => path.EndsWith(end, StringComparison.OrdinalIgnoreCase);
}
