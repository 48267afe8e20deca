using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Unicode;

namespace AgentSim.Reports.Html;

/// <summary>
/// Writes HTML from interpolated strings: what stands in them is markup, what is put into them is text and gets escaped, for
/// elements and quoted attributes alike.
/// </summary>
internal sealed class HtmlWriter(TextWriter text)
{
    public void Write(EscapingHandler markup) => text.Write(markup.Markup);

    /// <summary>
    /// Begins a table that scrolls by itself, up to the heading of its first column. Where there is little room one that
    /// <paramref name="isStacked"/> shows the cells of a row below each other, so that no column is out of sight; its cells have their
    /// heading as <c>data-label</c>.
    /// </summary>
    public void BeginTable(string title, string first, bool isStacked = false)
    {
        Write($"<div class=\"{(isStacked ? "scroll stacked" : "scroll")}\" tabindex=\"0\" role=\"region\" aria-label=\"{title}\">\n");
        Write($"<table>\n<thead><tr><th scope=\"col\">{first}</th>");
    }

    /// <summary>Ends such a table behind its last row.</summary>
    public void EndTable() => Markup("</tbody>\n</table>\n</div>\n");

    /// <summary>Writes markup that is no literal; nothing of a trace may be in it.</summary>
    public void Markup(string markup) => text.Write(markup);
}

/// <summary>The interpolated strings of <see cref="HtmlWriter.Write"/>.</summary>
[InterpolatedStringHandler]
internal readonly ref struct EscapingHandler(int literalLength, int formattedCount)
{
    private static readonly HtmlEncoder Encoder = HtmlEncoder.Create(UnicodeRanges.All);

    private readonly StringBuilder _markup = new(literalLength + formattedCount * 16);

    public StringBuilder Markup => _markup;

    public void AppendLiteral(string markup) => _markup.Append(markup);

    public void AppendFormatted<T>(T value) => _markup.Append(Encoder.Encode(Convert.ToString(value, CultureInfo.InvariantCulture) ?? ""));
}

/// <summary>Text of traces as the page holds it.</summary>
internal static class PageText
{
    private const int MostCharacters = 160;

    /// <summary>A name that may be of any length, cut where it is too long to be read.</summary>
    public static string Short(string text)
    {
        if (text.Length <= MostCharacters) return text;
        int end = char.IsHighSurrogate(text[MostCharacters - 2]) ? MostCharacters - 2 : MostCharacters - 1;
        return text[..end] + "…";
    }
}
