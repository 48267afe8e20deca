using AgentSim.Files;

namespace AgentSim.Rows;

/// <summary>Says of a line or a file that is refused, or cut short, that it seems to be of another kind, and what reads it.</summary>
internal static class FormatAdvice
{
    /// <summary>The fault of a line, with the advice if the line gives reason for it.</summary>
    /// <param name="fault">Why it is refused.</param>
    /// <param name="line">The line.</param>
    /// <param name="expected">What it was read as.</param>
    public static AgentSimException Add(AgentSimException fault, ReadOnlySpan<byte> line, TraceFormat expected)
    {
        return Other(LineLook.Of(line), expected) is { } look
            ? fault.Saying($"{fault.Template}; the line looks like {look.Name}{Remedy(look)}", fault.InnerException)
            : fault;
    }

    /// <summary>The fault of a file that gave nothing, with what it seems to be.</summary>
    /// <param name="fault">Why it is refused.</param>
    /// <param name="path">The file.</param>
    /// <param name="expected">What it was read as; null: something that no replay reads, as a report.</param>
    public static AgentSimException Add(AgentSimException fault, string path, TraceFormat? expected)
    {
        bool named = fault.Message.Contains(path, StringComparison.Ordinal);
        if (!TryLook(path, out LineLook? look))
            return fault.Saying($"{fault.Template}: {(named ? "the file" : path)} is empty", fault);
        if (look is null || (expected is { } format ? look.Fits(format) : look == LineLook.Report)) return fault;
        return fault.Saying($"{fault.Template}; the first line " +
            $"{(named ? "" : $"of {path} ")}looks like {look.Name}{Remedy(look)}", fault);
    }

    /// <summary>Whether the first line of a file seems to be of a format.</summary>
    public static bool IsOf(string path, TraceFormat format) => TryLook(path, out LineLook? look) && look?.Fits(format) == true;

    /// <summary>The format that the first line of a file seems to be of, if it is not the one expected and the file can be read.</summary>
    public static TraceFormat? OtherFormat(string path, TraceFormat expected) =>
        TryLook(path, out LineLook? look) ? Other(look, expected)?.Format : null;

    /// <summary>Whether a line seems to be of another kind than the one expected.</summary>
    public static bool IsForeign(ReadOnlySpan<byte> line, TraceFormat expected) => Other(LineLook.Of(line), expected) is not null;

    /// <summary>Whether a file seems to be of another kind than the one expected, by its first line, so that all its lines have one
    /// fault.</summary>
    public static bool IsForeignFile(string path, ReadOnlySpan<byte> firstLine, TraceFormat expected) =>
        Other(LineLook.Of(firstLine), expected) is { } look && (look != LineLook.Report || IsDocument(path));

    /// <summary>The warning about plain rows with a <c>wait_for</c>.</summary>
    public static RunWarning OnLostWaiting(string path, long line, long count) => new(
        WarningCodes.WaitingIgnored,
        $"{path}:{line}: the line looks like {LineLook.Agentic.Name}; read as plain rows, the rows of this file do not wait for each other",
        count);

    /// <summary>The warning about rows that are read in other units than theirs.</summary>
    public static RunWarning OnOtherUnits(string path, long line, long count) => new(
        WarningCodes.RowsForeign,
        $"{path}:{line}: {count} rows look like {LineLook.Bailian.Name}; read as they are, their times count as milliseconds. " +
            $"{LineLook.Bailian.Remedy}",
        count);

    private static LineLook? Other(LineLook? look, TraceFormat expected) => look is null || look.Fits(expected) ? null : look;

    private static string Remedy(LineLook look) => look.Remedy is { } remedy ? $"; {remedy}" : ", which is another format";

    // A single brace begins a document when the next line has a name; it may as well be a torn line.
    private static bool IsDocument(string path)
    {
        try
        {
            using var lines = new LineReader(path);
            return lines.Read() && lines.Read() && lines.Line.TrimStart(" \t"u8).StartsWith("\""u8);
        }
        catch (AgentSimException)
        {
            return false;
        }
    }

    // False when the file has no line; the look is null where nothing speaks for anything, or where the file cannot be read.
    private static bool TryLook(string path, out LineLook? look)
    {
        look = null;
        try
        {
            using var lines = new LineReader(path);
            if (!lines.Read()) return false;
            look = LineLook.Of(lines.Line);
            return true;
        }
        catch (AgentSimException)
        {
            return true;
        }
    }
}
