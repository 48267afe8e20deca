namespace AgentSim.Imports;

/// <summary>
/// A kind of recording that can be imported. To add one: a class that implements this, in a folder beside this file, and a
/// line in <see cref="SourceFormats"/>.
/// </summary>
internal interface ISourceFormat
{
    /// <summary>What the user types, e.g. <c>claude-code</c>.</summary>
    string Name { get; }

    /// <summary>What people call it, e.g. <c>Claude Code</c>.</summary>
    string Title { get; }

    /// <summary>Where its program leaves recordings on this machine, for an import without paths; none if it is not known.</summary>
    IReadOnlyList<string> DefaultPaths => [];

    /// <summary>Whether a file is of this format, by the beginning of its content.</summary>
    bool Recognizes(SourceHead head);

    /// <summary>
    /// Reads files of this format, one after the other, and hands over what is in them. Rows that cannot be read are told to
    /// the sink and passed over; see <see cref="SourceLines"/>. The outcome must not depend on the order of the files.
    /// </summary>
    /// <param name="files">The files, as the user named them, in ordinal order.</param>
    /// <param name="sink">Takes sessions, requests, tools, and what was dropped.</param>
    /// <param name="cancel">Ends the reading.</param>
    void Read(IReadOnlyList<string> files, ImportSink sink, CancellationToken cancel);
}

/// <summary>The formats there are, in the order in which they are asked whether a file is theirs.</summary>
internal static class SourceFormats
{
    public static IReadOnlyList<ISourceFormat> All { get; } =
    [
        new ClaudeCode.ClaudeCodeFormat(),
        new Codex.CodexFormat(),
        new Weka.WekaFormat(),
        new Otel.OtelFormat(),
        new Table.TableFormat(),
    ];

    /// <summary>The names, for messages and completion.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. All.Select(format => format.Name)];

    /// <summary>The format of a name; null if there is none.</summary>
    public static ISourceFormat? Find(string name) =>
        All.FirstOrDefault(format => string.Equals(format.Name, name, StringComparison.OrdinalIgnoreCase));

    /// <summary>The format of a file, by its content; null if no format knows it.</summary>
    public static ISourceFormat? Detect(SourceHead head) => All.FirstOrDefault(format => format.Recognizes(head));
}
