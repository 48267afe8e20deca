namespace AgentSim.Imports.Otel;

/// <summary>
/// Whether reported prompts include what came from a cache: emitters differ, and say it nowhere. One whose cached tokens ever
/// exceed its input does not include them, and then none of its spans does.
/// </summary>
internal sealed class OtelUsage
{
    /// <summary>The emitter of Claude Code's telemetry, which counts as its provider does: without.</summary>
    public const string ClaudeCode = "claude_code";

    private readonly HashSet<string> _exclusive = [ClaudeCode];

    /// <summary>Looks at all spans.</summary>
    public OtelUsage(IEnumerable<OtelSpan> spans)
    {
        foreach (OtelSpan span in spans)
        {
            if (span.Call is { Input: { } input } call && (call.CacheRead ?? 0) + (call.CacheCreation ?? 0) > input) _exclusive.Add(span.Emitter);
        }
    }

    /// <summary>The tokens of the whole prompt; null if they are not reported.</summary>
    public long? Input(OtelSpan span)
    {
        if (span.Call is not { } call) return null;
        if (!_exclusive.Contains(span.Emitter)) return call.Input;
        return call.Input is null && call.CacheRead is null && call.CacheCreation is null ? null : (call.Input ?? 0) + (call.CacheRead ?? 0) + (call.CacheCreation ?? 0);
    }

    /// <summary>Whether cached tokens were added to the reported ones.</summary>
    public bool IsRepaired(OtelSpan span) => span.Emitter != ClaudeCode && _exclusive.Contains(span.Emitter) && (span.Call?.CacheRead ?? 0) + (span.Call?.CacheCreation ?? 0) > 0;
}
