namespace AgentSim.Traces;

/// <summary>
/// What the recording proxy knows of the values of a request it captured. Informative; null where there is nothing to say.
/// </summary>
/// <param name="Api">Interface of the request: <c>chat</c>, <c>completions</c>, <c>messages</c> or <c>responses</c>.</param>
/// <param name="Input">The prompt length: <c>estimated</c> where the server told none that can be.</param>
/// <param name="Output">The output length: <c>estimated</c> where the server told none.</param>
/// <param name="Session">The session: <c>inferred</c> where it comes from the prompts.</param>
/// <param name="CacheCreationTokens">Prompt tokens that the server wrote to its cache, as reported; part of the prompt.</param>
/// <param name="ReasoningTokens">Output tokens spent on reasoning, as reported; part of the output.</param>
/// <param name="RefusedBefore">How often the server refused the same prompt before.</param>
public sealed record CaptureMarks(
    string? Api, string? Input, string? Output, string? Session, ulong? CacheCreationTokens, ulong? ReasoningTokens,
    RefusedBefore? RefusedBefore)
{
    internal const string Estimated = "estimated";
    internal const string Inferred = "inferred";
}

/// <summary>Refusals of a prompt before the server took it; the time since the first of them is back-off of the client.</summary>
/// <param name="Count">How many.</param>
/// <param name="FirstReceivedUnixMs">When the first refused request was received, milliseconds since 1970.</param>
/// <param name="LastStatus">HTTP status of the last refusal.</param>
public sealed record RefusedBefore(long Count, long FirstReceivedUnixMs, long LastStatus);
