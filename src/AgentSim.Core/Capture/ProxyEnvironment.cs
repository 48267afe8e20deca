namespace AgentSim.Capture;

/// <summary>Environment variables that make clients use a recording proxy.</summary>
internal static class ProxyEnvironment
{
    /// <summary>The variable that OpenAI's clients and most others read.</summary>
    /// <param name="options">The proxy.</param>
    /// <param name="address">Where it listens.</param>
    public static IReadOnlyDictionary<string, string> For(ProxyOptions options, string address)
    {
        bool hasPath = options.Upstream.AbsolutePath != "/";   // then it is where the API begins
        string reachable = address.Replace("//0.0.0.0:", "//127.0.0.1:", StringComparison.Ordinal).Replace("//[::]:", "//[::1]:", StringComparison.Ordinal);
        return new Dictionary<string, string> { ["OPENAI_BASE_URL"] = hasPath ? reachable : $"{reachable}/v1" };
    }
}
