using System.Text.Json;

namespace AgentSim.Imports.ClaudeCode;

/// <summary>Finds out which tool call started which sub-agent, over all files.</summary>
internal sealed class AgentLinks(ClaudeCodeFormat format, ImportSink sink)
{
    private readonly Dictionary<SourceSession, Agent> _agents = [];
    private readonly List<(SourceTool Tool, string? AgentId, ulong? Task)> _calls = [];

    /// <summary>Notes a sub-agent's session.</summary>
    /// <param name="session">Its session.</param>
    /// <param name="main">The session of the whole.</param>
    /// <param name="path">The file it is in.</param>
    public void AddAgent(SourceSession session, SourceSession main, string path) => _agents.TryAdd(session, new Agent(main, path));

    /// <summary>Notes the first thing that a session was told.</summary>
    public void AddTask(SourceSession session, ulong task)
    {
        if (_agents.TryGetValue(session, out Agent? agent)) agent.Task ??= task;
    }

    /// <summary>Notes a tool call.</summary>
    /// <param name="tool">The call.</param>
    /// <param name="agentId">The sub-agent that its result names.</param>
    /// <param name="task">The task that it gives to a sub-agent.</param>
    public void AddCall(SourceTool tool, string? agentId, ulong? task)
    {
        if (agentId is not null || task is not null) _calls.Add((tool, agentId, task));
    }

    /// <summary>Gives sub-agents their parents and calls their children.</summary>
    public void Settle()
    {
        _calls.Sort((x, y) => RequestOrder.Compare(x.Tool, y.Tool));
        HashSet<SourceSession> recorded = [.. sink.Requests.Where(request => request.Session is not null)
            .Select(request => request.Session!)];
        Dictionary<string, SourceSession> byName = _agents.Keys.ToDictionary(session => session.Name, StringComparer.Ordinal);
        var missing = new HashSet<string>(StringComparer.Ordinal);
        foreach ((SourceTool tool, string? agentId, _) in _calls)
        {
            if (agentId is null) continue;
            string name = $"{Main(tool.Session).Name}/{agentId}";
            if (byName.TryGetValue(name, out SourceSession? child) && recorded.Contains(child)) Link(tool, child);
            else missing.Add(name);
        }

        foreach (SourceSession child in _agents.Keys.Where(child => child.Parent is null)
            .OrderBy(child => child.Name, StringComparer.Ordinal))
        {
            Agent agent = _agents[child];
            string? callId = CallOf(agent.Path, child);
            SourceTool? tool = _calls.FirstOrDefault(call => call.Tool.Child is null && call.Tool.CallId == callId).Tool
                ?? _calls.FirstOrDefault(call => call.Tool.Child is null && call.AgentId is null && call.Task is not null
                    && call.Task == agent.Task && Main(call.Tool.Session) == agent.Main).Tool;
            if (tool is not null) Link(tool, child);
            child.Parent ??= agent.Main;
        }

        sink.Drop(DropReason.MissingRecording, missing.Count);
    }

    private static void Link(SourceTool tool, SourceSession child)
    {
        if (tool.Session == child) return;
        tool.Child = child;
        child.Parent ??= tool.Session;
    }

    private SourceSession Main(SourceSession session)
    {
        int slash = session.Name.IndexOf('/', StringComparison.Ordinal);
        return slash < 0 ? session : sink.Session(format, session.Name[..slash]);
    }

    // Newer versions write beside the recording of a sub-agent which call started it.
    private static string? CallOf(string path, SourceSession child)
    {
        string name = Path.GetFileName(path);
        if (!name.StartsWith("agent-", StringComparison.Ordinal)
            || !child.Name.EndsWith("/" + name["agent-".Length..].Split('.')[0], StringComparison.Ordinal)) return null;
        string metadata = Path.Combine(Path.GetDirectoryName(path) ?? "", name.Split('.')[0] + ".meta.json");
        try
        {
            if (!File.Exists(metadata) || new FileInfo(metadata).Length > 1 << 20) return null;
            using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(metadata));
            return document.RootElement.Text("toolUseId");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or JsonException)
        {
            return null;
        }
    }

    private sealed class Agent(SourceSession main, string path)
    {
        public SourceSession Main { get; } = main;

        public string Path { get; } = path;

        public ulong? Task { get; set; }
    }
}
