using System.Globalization;

namespace AgentSim.Imports.Codex;

/// <summary>A file as it was read.</summary>
/// <param name="path">The file.</param>
internal sealed class CodexRollout(string path)
{
    public string Path { get; } = path;

    public List<CodexEvent> Events { get; } = [];

    /// <summary>Lines of the format that had neither times nor token counts.</summary>
    public int BareLines { get; set; }

    /// <summary>The header of its own thread: the first one.</summary>
    public CodexMeta? Meta => Events.OfType<CodexMeta>().FirstOrDefault();

    /// <summary>The thread it belongs to; files without a header are named after themselves.</summary>
    public string ThreadId => Meta?.ThreadId is { Length: > 0 } id ? id : IdOf(SourceNames.Stem(Path));

    // rollout-2026-03-21T10-05-38-UUID
    private static string IdOf(string name) =>
        name.Length > 36 && Guid.TryParseExact(name[^36..], "D", out Guid id) ? id.ToString("D", CultureInfo.InvariantCulture) : name;
}
