using System.Globalization;
using System.Text;

namespace AgentSim.Yaml;

/// <summary>A place in a YAML text, and the reading of scalars there.</summary>
internal sealed class YamlCursor
{
    private static readonly string[] LineEnds = ["\r\n", "\n", "\r"];
    private readonly string[] _lines;
    private readonly string _path;
    private readonly string _errorId;
    private int _line;     // 0-based

    public YamlCursor(string text, string path, string errorId)
    {
        _lines = text.TrimStart('\uFEFF').Split(LineEnds, StringSplitOptions.None);
        _path = path;
        _errorId = errorId;
    }

    /// <summary>1-based line.</summary>
    public int LineNumber => Math.Min(_line, _lines.Length - 1) + 1;

    /// <summary>0-based column.</summary>
    public int Column { get; set; }

    /// <summary>True behind the last line.</summary>
    public bool AtEnd => _line >= _lines.Length;

    /// <summary>What is left of the line.</summary>
    public ReadOnlySpan<char> Rest => AtEnd ? [] : _lines[_line].AsSpan(Column);

    /// <summary>The character here, or a line feed at the end of the line.</summary>
    public char Current => Rest.IsEmpty ? '\n' : Rest[0];

    /// <summary>True when nothing but blanks and a comment is left of the line.</summary>
    public bool AtLineEnd
    {
        get
        {
            ReadOnlySpan<char> rest = Rest;
            ReadOnlySpan<char> content = rest.TrimStart(" \t");
            if (content.IsEmpty) return true;
            return content[0] == '#' && (Column == 0 || content.Length < rest.Length || _lines[_line][Column - 1] is ' ' or '\t');
        }
    }

    /// <summary>An error on this line.</summary>
    public AgentSimException Fail(string message) => AgentSimException.At(_path, LineNumber, _errorId, message);

    /// <summary>Skips blanks within the line.</summary>
    public void SkipBlanks()
    {
        while (Current is ' ' or '\t') Column++;
    }

    /// <summary>From the end of a line, or the start of the text, to the first content of the next line that has any.</summary>
    public void NextContentLine(bool first = false)
    {
        if (!first) _line++;
        for (; !AtEnd; _line++)
        {
            Column = 0;
            if (AtLineEnd) continue;
            while (Current == ' ') Column++;
            if (Current == '\t') throw Fail("a tab in the indentation; use spaces");
            return;
        }
    }

    /// <summary>Within brackets: skips blanks, comments and line ends.</summary>
    public void SkipFlowSpace()
    {
        while (!AtEnd && AtLineEnd)
        {
            _line++;
            Column = 0;
        }

        SkipBlanks();
    }

    /// <summary>True when the line starts with <paramref name="marker"/> followed by a blank or nothing.</summary>
    public bool IsMarker(string marker) =>
        Column == 0 && Rest.StartsWith(marker) && (Rest.Length == marker.Length || Rest[marker.Length] is ' ' or '\t');

    /// <summary>True at <paramref name="indicator"/> followed by a blank or the end of the line.</summary>
    public bool IsIndicator(char indicator) => Current == indicator && IsBlankAt(1);

    /// <summary>True when the line goes on with a key and its colon.</summary>
    public bool IsAtKey()
    {
        int start = Column;
        try
        {
            if (Current is '"' or '\'') ReadQuoted();
            else if (Current is '{' or '[') return false;
            else Column += PlainLength(inFlow: false);
            SkipBlanks();
            return IsIndicator(':');
        }
        finally
        {
            Column = start;
        }
    }

    /// <summary>Reads a scalar, quoted or plain.</summary>
    public YamlNode ReadScalar(bool inFlow)
    {
        int line = LineNumber;
        if (Current is '"' or '\'') return YamlNode.Scalar(line, ReadQuoted(), isPlain: false);
        RefuseIndicators();
        int length = PlainLength(inFlow);
        string text = Rest[..length].TrimEnd(" \t").ToString();
        Column += length;
        return YamlNode.Scalar(line, text, isPlain: true);
    }

    private bool IsBlankAt(int offset) => Rest.Length <= offset || Rest[offset] is ' ' or '\t';

    // Up to a comment, to a colon that ends a key, and within brackets to their punctuation.
    private int PlainLength(bool inFlow)
    {
        ReadOnlySpan<char> rest = Rest;
        for (int i = 0; i < rest.Length; i++)
        {
            char c = rest[i];
            bool blankFollows = i + 1 == rest.Length || rest[i + 1] is ' ' or '\t';
            if (c == ':' && (blankFollows || (inFlow && rest[i + 1] is ',' or '[' or ']' or '{' or '}'))) return i;
            if (c == '#' && i > 0 && rest[i - 1] is ' ' or '\t') return i;
            if (inFlow && c is ',' or '[' or ']' or '{' or '}') return i;
        }

        return rest.Length;
    }

    private void RefuseIndicators()
    {
        string? what = Current switch
        {
            '&' => "an anchor (&)",
            '*' => "an alias (*)",
            '!' => "a tag (!)",
            '|' or '>' => "a block scalar (| or >)",
            '%' or '@' or '`' => $"a value that starts with {Current}",
            '?' when IsBlankAt(1) => "a complex key (?)",
            _ => null,
        };
        if (what is not null) throw Fail($"{what} is not supported in this file; write the value out, in quotes if it is text");
        if (Current is ',' or ']' or '}' or '[' or '{' || (Current is '-' or ':' && IsBlankAt(1))) throw Fail($"unexpected '{Current}'");
    }

    private string ReadQuoted()
    {
        char quote = Current;
        Column++;
        var text = new StringBuilder();
        for (; ; Column++)
        {
            if (Rest.IsEmpty) throw Fail($"a text in {quote} must end on the line it starts on");
            char c = Current;
            if (c == quote && quote == '\'' && Rest.Length > 1 && Rest[1] == '\'')
            {
                Column++;
                text.Append('\'');
            }
            else if (c == quote)
            {
                Column++;
                return text.ToString();
            }
            else if (c == '\\' && quote == '"')
            {
                Column++;
                AppendEscape(text);
            }
            else
            {
                text.Append(c);
            }
        }
    }

    private void AppendEscape(StringBuilder text)
    {
        const string Codes = "0abtnvfre \"/\\N_LP";
        const string Values = "\0\a\b\t\n\v\f\r\u001b \"/\\\u0085\u00a0\u2028\u2029";
        int known = Codes.IndexOf(Current, StringComparison.Ordinal);
        if (known >= 0)
        {
            text.Append(Values[known]);
            return;
        }

        int digits = Current switch { 'x' => 2, 'u' => 4, 'U' => 8, _ => 0 };
        bool isCode = digits > 0 && Rest.Length > digits
            && uint.TryParse(Rest.Slice(1, digits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out _);
        if (!isCode) throw Fail("unknown escape in a text in \"; use ' for text without escapes");
        uint code = uint.Parse(Rest.Slice(1, digits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
        if (!Rune.TryCreate(code, out Rune rune)) throw Fail("an escape that is no character");
        text.Append(rune.ToString());
        Column += digits;
    }
}
