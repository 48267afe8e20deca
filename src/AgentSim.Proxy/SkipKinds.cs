namespace AgentSim.Proxy;

/// <summary>Why requests are passed on and not recorded, as counted and said.</summary>
internal static class SkipKinds
{
    public const string Media = "images or other media";
    public const string ManyAnswers = "several answers (n, best_of)";
    public const string ManyPrompts = "several prompts";
    public const string Embeddings = "prompts that are embeddings";
    public const string TooLong = "bodies above 32 MiB";
    public const string Compressed = "compressed bodies";
    public const string NotUnderstood = "bodies that are not understood";
    public const string CutOff = "bodies that did not come whole";
    public const string AnswerCompressed = "compressed answers";
    public const string AnswerTooLong = "answers or events above 16 MiB";
    public const string AnswerOther = "answers that are none of a model";
    public const string WebSocket = "WebSocket connections";

    /// <summary>What can be done about a kind; null if nothing.</summary>
    public static string? Advice(string kind) => kind switch
    {
        Compressed => "let the client send plain bodies (Codex does when it is logged in with an API key)",
        WebSocket => "let the client use HTTP (Codex does with a model provider of its own in config.toml; see docs/capture.md)",
        AnswerCompressed => "turn compression off at the server",
        _ => null,
    };
}
