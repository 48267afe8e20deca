namespace AgentSim.Fuzz;

/// <summary>The sound files that runs begin with: folders by kind in <c>seeds</c>, each file as small as its format allows.</summary>
internal static class Seeds
{
    private static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "seeds");
    private static readonly Dictionary<string, byte[]> Read = [];

    public static readonly string[] Rows = ["mooncake", "mooncake-delta", "agentic_mooncake", "applied_compute_agentic"];
    public static readonly string[] Recordings = ["claude-code", "codex", "weka", "otel", "table"];

    /// <summary>All kinds that are also names of trace formats.</summary>
    public static readonly string[] TraceFormats = [.. Rows, "dynamo", .. Recordings];

    private static readonly string[] All =
        [.. Directory.EnumerateFiles(Folder, "*", SearchOption.AllDirectories).Select(path => Path.GetRelativePath(Folder,
            path)).Order(StringComparer.Ordinal)];

    /// <summary>The files of a kind.</summary>
    public static string[] Of(string kind) => [.. All.Where(name => name.StartsWith(kind + "/", StringComparison.Ordinal))];

    /// <summary>The file of a name without its folder, if there is one.</summary>
    public static string? Find(string name) => Array.Find(All, each => Path.GetFileName(each) == name);

    public static byte[] Content(string name)
    {
        if (!Read.TryGetValue(name, out byte[]? content)) Read[name] = content = File.ReadAllBytes(Path.Combine(Folder, name));
        return content;
    }

    public static string Text(string name) => System.Text.Encoding.UTF8.GetString(Content(name));
}
