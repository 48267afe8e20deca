using System.Globalization;

namespace AgentSim.Imports.Codex;

/// <summary>
/// Threads of OpenAI's Codex (command line, desktop, editors): rollouts below <c>~/.codex/sessions</c> and
/// <c>~/.codex/archived_sessions</c>, with the token counts that are in them since autumn 2025.
/// </summary>
internal sealed class CodexFormat : ISourceFormat
{
    private static readonly DropReason Unclear = new("unclear_copies", "requests in a copied history whose end cannot be seen");

    private static readonly HashSet<string> LineTypes =
    [
        "session_meta", "turn_context", "response_item", "event_msg", "token_usage_record", "compacted", "world_state",
    ];

    public string Name => "codex";

    public string Title => "Codex";

    public IReadOnlyList<string> DefaultPaths
    {
        get
        {
            string home = Environment.GetEnvironmentVariable("CODEX_HOME") is { Length: > 0 } set ? set
                : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".codex");
            return [Path.Combine(home, "sessions"), Path.Combine(home, "archived_sessions")];
        }
    }

    public bool Recognizes(SourceHead head)
    {
        if (IsZstd(head)) return Path.GetFileName(head.Path).StartsWith("rollout-", StringComparison.Ordinal);
        foreach (HeadObject line in head.Objects)
        {
            if (line.Has("payload") && line.Text("type") is { } type && LineTypes.Contains(type)) return true;
        }

        // The older form, which has to be refused with a reason.
        return head.Objects is [var first, ..] && first.Has("id") && first.Has("timestamp") && first.Has("instructions")
            && !first.Has("type");
    }

    public void Read(IReadOnlyList<string> files, ImportSink sink, CancellationToken cancel)
    {
        var reader = new CodexReader(sink);
        var rollouts = new List<CodexRollout>();
        foreach (string path in files)
        {
            if (IsZstd(SourceHead.Read(path)))
            {
                sink.Refuse(path, "compressed with zstd; decompress it first (zstd -d FILE)");
                continue;
            }

            CodexRollout rollout = reader.Read(path, cancel);
            rollouts.Add(rollout);
            if (!rollout.Events.Exists(found => found is CodexUsage)) Refuse(rollout, sink);
        }

        Dictionary<string, CodexThread> threads = CodexThread.Join(rollouts, sink);
        var sessions = new List<CodexSession>();
        foreach (CodexThread thread in threads.Values.OrderBy(thread => thread.Id, StringComparer.Ordinal))
        {
            cancel.ThrowIfCancellationRequested();
            var history = new CodexHistory(thread);
            history.Read();
            sink.NoteVersion(this, thread.Meta?.Version);
            Count(thread, history, sink);
            sessions.Add(new CodexSession(thread, history, sink.Session(this, thread.Id)));
        }

        new CodexLinks(this, sink, sessions).Add();
    }

    private static bool IsZstd(SourceHead head) => head.Bytes.StartsWith((ReadOnlySpan<byte>)[0x28, 0xb5, 0x2f, 0xfd]);

    private static void Refuse(CodexRollout rollout, ImportSink sink)
    {
        sink.Refuse(rollout.Path, rollout.Events.Count == 0 && rollout.BareLines > 0
            ? "a rollout of the older form: Codex has written times and token counts only since September 2025"
            : "a rollout without token counts, so that nobody knows the length of its prompts");
    }

    private static void Count(CodexThread thread, CodexHistory history, ImportSink sink)
    {
        sink.Drop(DropReason.Failed, history.BrokenOff);
        sink.Drop(DropReason.Unfinished, history.UnfinishedCalls);
        foreach (CodexEvent jump in history.ClockJumps)
        {
            sink.Fault(DropReason.ClockBack, jump.At.Place.Error(Errors.ImportTimeInvalid, 
                "the clock went back here; the lines from here on were moved behind those before"));
        }

        if (!thread.IsUnclear) return;
        foreach (CodexAnswer answer in history.Answers.Where(answer => answer.IsCopy))
        {
            sink.Drop(Unclear, answer.Count.At.Place.Error(Errors.ImportRowInvalid, 
                "the thread begins with a copy of another one's history, and nothing shows where its own begins"));
        }
    }
}

/// <summary>A thread with its answers, on its way into the import.</summary>
internal sealed record CodexSession(CodexThread Thread, CodexHistory History, SourceSession Session)
{
    public CodexMeta? Meta => Thread.Meta;

    /// <summary>Number of an own answer, as text.</summary>
    public static string Number(int index) => index.ToString(CultureInfo.InvariantCulture);
}
