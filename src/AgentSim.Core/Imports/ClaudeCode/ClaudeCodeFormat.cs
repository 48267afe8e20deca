namespace AgentSim.Imports.ClaudeCode;

/// <summary>
/// The session files of Claude Code (<c>~/.claude/projects/…/*.jsonl</c>), of all layouts there have been: sub-agents inside
/// the session's file, beside it, or in a folder of their own.
/// </summary>
internal sealed class ClaudeCodeFormat : ISourceFormat
{
    public string Name => "claude-code";

    public string Title => "Claude Code";

    public IReadOnlyList<string> DefaultPaths
    {
        get
        {
            string? configured = Environment.GetEnvironmentVariable("CLAUDE_CONFIG_DIR");
            string home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
            return string.IsNullOrWhiteSpace(configured)
                ? [Path.Combine(home, ".claude", "projects"), Path.Combine(home, ".config", "claude", "projects")]
                : [Path.Combine(configured, "projects")];
        }
    }

    public bool Recognizes(SourceHead head) => head.Objects.Any(IsRow);

    public void Read(IReadOnlyList<string> files, ImportSink sink, CancellationToken cancel)
    {
        var agents = new AgentLinks(this, sink);
        foreach (string file in files)
        {
            cancel.ThrowIfCancellationRequested();
            var session = new ClaudeFile(this, sink, agents, file);
            SourceLines.ForEach(file, sink, session.AddRow, cancel);
            session.Finish();
        }

        agents.Settle();
    }

    private static bool IsRow(HeadObject row)
    {
        if (!row.Has("type")) return false;
        if (row.Has("sessionId")) return row.Has("uuid") || row.Has("parentUuid") || row.Has("isSidechain") || row.Has("operation")
            || row.Has("leafUuid");
        return row.Text("type") switch
        {
            "file-history-snapshot" => row.Has("messageId"),
            "summary" => row.Has("leafUuid"),
            _ => row.Has("uuid") && row.Has("parentUuid") && row.Has("message"),
        };
    }
}
