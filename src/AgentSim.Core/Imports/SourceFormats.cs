namespace AgentSim.Imports;

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
