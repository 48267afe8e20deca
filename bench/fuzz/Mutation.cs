using System.Text;
using System.Text.RegularExpressions;

namespace AgentSim.Fuzz;

/// <summary>
/// Changes of texts (JSON, JSON lines, CSV, YAML) that keep most of their structure, so that they get past the first check.
/// </summary>
internal static partial class Mutation
{
    public static byte[] Text(byte[] content, Draw draw)
    {
        string text = Encoding.Latin1.GetString(content);
        if (draw.Chance(60)) return Encoding.Latin1.GetBytes(Some(text, draw));

        // Several faults of one line meet each other more often than those of a whole file.
        string[] lines = text.Split('\n');
        int at = draw.Below(lines.Length);
        lines[at] = Some(draw.Chance(40) ? Short(lines[at], draw) : lines[at], draw);
        return Encoding.Latin1.GetBytes(string.Join('\n', lines));
    }

    private static string Some(string text, Draw draw)
    {
        for (int i = draw.Few(); i > 0; i--)
        {
            text = draw.Below(20) switch
            {
                < 11 => Value(text, draw),
                < 14 => Field(text, draw),
                < 18 => Lines(text, draw),
                _ => Bytes(text, draw),
            };
        }

        return text;
    }

    /// <summary>An object with few of its fields.</summary>
    private static string Short(string text, Draw draw)
    {
        List<string> fields = [];
        for (int at = text.IndexOf('{', StringComparison.Ordinal) + 1; at > 0 && at < text.Length; at++)
        {
            int end = End(text, at);
            if (draw.Chance(30)) fields.Add(text[at..end]);
            at = end;
        }

        return "{" + string.Join(',', fields) + "}";
    }

    /// <summary>Another value in place of one of a text.</summary>
    public static string Value(string text, Draw draw)
    {
        Match[] tokens = [.. Token().Matches(text).Where(match => !match.Groups["name"].Success)];
        if (tokens.Length == 0) return text;
        Match token = tokens[draw.Below(tokens.Length)];
        // Lists of hashes are long, and their members all mean the same.
        for (int i = 0; i < 2 && token.Index > 0 && text[token.Index - 1] is ',' or '['; i++) token = tokens[draw.Below(tokens.Length)];
        bool isText = token.Value[0] == '"', isName = !isText && !char.IsAsciiDigit(token.Value[^1]);
        string value = draw.Below(10) switch
        {
            < 2 when isText => $"{token.Value[..^1]}{draw.Of(EdgeValues.Strings)}\"",
            < 5 when isText => $"\"{draw.Of(EdgeValues.Strings)}\"",
            < 5 when isName => draw.Of(EdgeValues.Strings),
            < 6 => draw.Of(EdgeValues.Numbers),
            < 8 => tokens[draw.Below(tokens.Length)].Value,   // one from elsewhere is often of the right kind
            _ => EdgeValues.Any(draw),
        };
        return string.Concat(text.AsSpan(0, token.Index), value, text.AsSpan(token.Index + token.Length));
    }

    /// <summary>Leaves a field out, doubles it, or gives it another value as a whole.</summary>
    private static string Field(string text, Draw draw)
    {
        MatchCollection names = Name().Matches(text);
        if (names.Count == 0) return Value(text, draw);
        Match name = names[draw.Below(names.Count)];
        int end = End(text, name.Index + name.Length);
        string field = text[name.Index..end];
        if (draw.Chance(40))
            return string.Concat(text.AsSpan(0, name.Index), name.Value, EdgeValues.Any(draw), text.AsSpan(end));
        if (draw.Chance(20)) return text.Insert(name.Index, field + ",");
        bool isFollowed = end < text.Length && text[end] == ',', isPreceded = !isFollowed && name.Index > 0 && text[name.Index - 1] == ',';
        return text.Remove(name.Index - (isPreceded ? 1 : 0), end - name.Index + (isFollowed || isPreceded ? 1 : 0));
    }

    // Where a value of JSON ends, which may be an object or an array.
    private static int End(string text, int start)
    {
        int depth = 0;
        bool isQuoted = false;
        for (int i = start; i < text.Length; i++)
        {
            char c = text[i];
            if (isQuoted && c == '\\') i++;
            else if (c == '"') isQuoted = !isQuoted;
            else if (isQuoted) continue;
            else if (c is '[' or '{') depth++;
            else if (c is ']' or '}' && --depth < 0) return i;
            else if ((c is ',' or '\n') && depth == 0) return i;
        }

        return text.Length;
    }

    private static string Lines(string text, Draw draw)
    {
        List<string> lines = [.. text.Split('\n')];
        int at = draw.Below(lines.Count), other = draw.Below(lines.Count);
        switch (draw.Below(14))
        {
            case 0: lines.Insert(other, lines[at]); break;
            case 1: lines.RemoveAt(at); break;
            case 2: (lines[at], lines[other]) = (lines[other], lines[at]); break;
            case 3: lines[at] = lines[at][..draw.Below(lines[at].Length + 1)]; break;
            case 4: lines[at] += lines[other]; break;
            case 5: lines.Insert(at, draw.Of(EdgeValues.Others)); break;
            case 6: lines.Insert(at, draw.Of(EdgeValues.Strings)); break;
            case 7: lines[at] += draw.Of(["\r", " ", ",", "}", "\0", " x", "\t"]); break;
            case 8: lines[0] = draw.Of(["\u00ef\u00bb\u00bf", "\u00ff\u00fe", "\u00fe\u00ff"]) + lines[0]; break;
            case 9: lines.AddRange(Enumerable.Repeat(lines[at], 200)); break;
            case 10: return text.TrimEnd('\n');
            case 11: return text.Replace("\n", "\r\n", StringComparison.Ordinal);
            case 12: return text[..draw.Below(text.Length + 1)];
            default: lines.InsertRange(at, ["", ""]); break;
        }

        return string.Join('\n', lines);
    }

    private static string Bytes(string text, Draw draw)
    {
        if (text.Length == 0) return "\0";
        int at = draw.Below(text.Length), length = Math.Min(draw.Below(20) + 1, text.Length - at);
        return draw.Below(3) switch
        {
            0 => text.Remove(at, length),
            1 => text.Insert(at, text.Substring(draw.Below(text.Length - length + 1), length)),
            _ => string.Concat(text.AsSpan(0, at), ((char)draw.Below(256)).ToString(), text.AsSpan(at + 1)),
        };
    }

    /// <summary>Damage that knows nothing of the format, for packed files.</summary>
    public static byte[] Packed(byte[] content, Draw draw)
    {
        string text = Encoding.Latin1.GetString(content);
        for (int i = draw.Few(); i > 0; i--) text = draw.Chance(25) ? text[..draw.Below(text.Length + 1)] : Bytes(text, draw);
        return Encoding.Latin1.GetBytes(text);
    }

    [GeneratedRegex("(?<name>\"(?:[^\"\\\\\n]|\\\\.)*\"\\s*:)|"
        + "\"(?:[^\"\\\\\n]|\\\\.)*\"|-?[0-9]+(?:\\.[0-9]+)?(?:[eE][+-]?[0-9]+)?|[A-Za-z_][A-Za-z_0-9-]*(?=[,;\n}\\]])")]
    private static partial Regex Token();

    [GeneratedRegex("\"(?:[^\"\\\\\n]|\\\\.)*\"\\s*:\\s*|\\b[a-z_]+: ")]
    private static partial Regex Name();
}
