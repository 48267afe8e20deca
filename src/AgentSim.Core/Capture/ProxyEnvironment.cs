namespace AgentSim.Capture;

/// <summary>Environment variables that make clients use a recording proxy.</summary>
internal static class ProxyEnvironment
{
    /// <summary>The variables that OpenAI's clients and most others read, and Anthropic's.</summary>
    /// <param name="options">The proxy.</param>
    /// <param name="address">Where it listens.</param>
    public static IReadOnlyDictionary<string, string> For(ProxyOptions options, string address)
    {
        string path = options.Upstream.AbsolutePath;
        bool hasPath = path != "/";   // then it is where the API begins
        string reachable = address.Replace("//0.0.0.0:", "//127.0.0.1:", StringComparison.Ordinal)
            .Replace("//[::]:", "//[::1]:", StringComparison.Ordinal);
        var variables = new Dictionary<string, string> { ["OPENAI_BASE_URL"] = hasPath ? reachable : $"{reachable}/v1" };
        // Anthropic's clients add the version themselves; where the server's address has it already, they would add it twice.
        if (!path.TrimEnd('/').EndsWith("/v1", StringComparison.Ordinal)) variables["ANTHROPIC_BASE_URL"] = reachable;
        return variables;
    }
}
