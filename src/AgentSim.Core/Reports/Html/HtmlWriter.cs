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
