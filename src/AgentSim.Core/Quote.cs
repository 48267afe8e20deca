using System.Globalization;
using System.Text;

namespace AgentSim;

/// <summary>
/// Text that others wrote (names, values and paths of files and options) as messages show it. A message stays on one line, cannot
/// drive a terminal or turn the direction of writing, and is not made of one endless name.
/// </summary>
public static class Quote
{
    /// <summary>Characters of a quotation at most; of a longer one the beginning is shown, then an ellipsis.</summary>
    public const int MaxLength = 100;

    private const int MaxPath = 1000;
    private const int MaxLine = 4000;

    /// <summary>A quotation, in quotation marks.</summary>
    /// <param name="text">What is quoted.</param>
    public static string Of(string? text) => $"'{Plain(text)}'";

    /// <summary>A quotation without quotation marks, for lists.</summary>
    /// <param name="text">What is quoted.</param>
    public static string Plain(string? text) => Escape(Cut(text ?? "", MaxLength));

    /// <summary>Lines for a terminal: control characters other than line feeds are shown, also in what others wrote.</summary>
    /// <param name="text">The lines.</param>
    public static string Lines(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return Escape(OperatingSystem.IsWindows() ? text.ReplaceLineEndings("\n") : text, isLines: true);
    }

    /// <summary>A text of others as it is shown where there is room for all of it: in a cell of a table, in a list.</summary>
    /// <param name="text">The text.</param>
    public static string Shown(string? text) => Escape(Cut(text ?? "", MaxPath));

    /// <summary>A path, which is only cut where no file system has such; one that could not be seen is in quotation marks.</summary>
    internal static string Path(string path) =>
        path.Length == 0 ? "(empty path)" : string.IsNullOrWhiteSpace(path) ? Of(path) : Escape(Cut(path, MaxPath));

    /// <summary>A whole message.</summary>
    internal static string Line(string message) => Cut(Escape(message), MaxLine);

    /// <summary>Whether a character is shown as what it is: no control character, line break, direction mark or noncharacter.</summary>
    internal static bool IsShown(char c) => c switch
    {
        '\u2028' or '\u2029' => false,                         // line and paragraph separators
        '\u061C' or '\u200E' or '\u200F' => false,             // marks of direction
        >= '\u202A' and <= '\u202E' => false,                  // embeddings and overrides of direction
        >= '\u2066' and <= '\u2069' => false,                  // isolates of direction
        >= '\uFDD0' and <= '\uFDEF' or >= '\uFFFE' => false,   // noncharacters, of which placeholders are made
        _ => !char.IsControl(c),
    };

    private static string Cut(string text, int most)
    {
        if (text.Length <= most) return text;
        int end = char.IsHighSurrogate(text[most - 1]) ? most - 1 : most;
        return text[..end] + "…";
    }

    private static string Escape(string text, bool isLines = false)
    {
        if (IsPlain(text, isLines)) return text;
        var shown = new StringBuilder(text.Length + 16);
        for (int i = 0; i < text.Length; i++)
        {
            char c = text[i];
            if (IsPair(text, i)) shown.Append(c).Append(text[++i]);
            else if ((IsShown(c) && !char.IsSurrogate(c)) || (isLines && c == '\n')) shown.Append(c);
            else shown.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}");
        }

        return shown.ToString();
    }

    private static bool IsPlain(string text, bool isLines)
    {
        foreach (char c in text)
        {
            if (char.IsSurrogate(c) || !(IsShown(c) || (isLines && c == '\n'))) return false;
        }

        return true;
    }

    private static bool IsPair(string text, int at) =>
        char.IsHighSurrogate(text[at]) && at + 1 < text.Length && char.IsLowSurrogate(text[at + 1]);
}
