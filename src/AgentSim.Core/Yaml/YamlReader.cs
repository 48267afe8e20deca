using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace AgentSim.Yaml;

/// <summary>
/// Reads one YAML document as a tree of nodes with their lines. The parsing is that of YamlDotNet; what a small configuration
/// file has no use for is refused: several documents, keys that are no text or come twice, tags other than YAML's own. Nesting
/// and what aliases stand for are bounded, so that no text takes more memory than a small multiple of its length.
/// </summary>
internal sealed class YamlReader
{
    private const int DepthLimit = 64;
    private const long SizeLimit = 1 << 20;
    private const string OwnTags = "tag:yaml.org,2002:";

    private readonly string _path;
    private readonly ErrorCode _errorId;
    private readonly Scanner _scanner;
    private readonly Parser _parser;
    private readonly Dictionary<string, YamlNode> _anchors = new(StringComparer.Ordinal);

    private YamlReader(string text, string path, ErrorCode errorId)
    {
        _path = path;
        _errorId = errorId;
        _scanner = new Scanner(new StringReader(text));
        _parser = new Parser(_scanner);
    }

    /// <summary>Reads <paramref name="text"/>.</summary>
    /// <param name="text">The content of the file.</param>
    /// <param name="path">The file, for messages.</param>
    /// <param name="errorId">Identifier of every error raised.</param>
    /// <returns>The document; a null scalar for an empty one.</returns>
    /// <exception cref="AgentSimException">The text is not YAML, or more than configuration files are made of.</exception>
    public static YamlNode Read(string text, string path, ErrorCode errorId)
    {
        int zero = text.IndexOf('\0', StringComparison.Ordinal);   // the parser would take it for the end
        if (zero >= 0) throw errorId.At(path, text.AsSpan(0, zero).Count('\n') + 1, "a character of value 0; write the file as text");
        return new YamlReader(text.TrimStart('\uFEFF'), path, errorId).ReadDocument();
    }

    private YamlNode ReadDocument()
    {
        Next();   // the start of the stream
        if (Next() is StreamEnd) return YamlNode.Scalar(1, "", isPlain: true);
        YamlNode document = ReadNode(Next(), depth: 1, emptyLine: LineOf(_parser.Current!));
        Next();   // the end of the document
        ParsingEvent end = Next();
        return end is StreamEnd ? document : throw Fail(LineOf(end), "only one document is allowed in the file");
    }

    // A value that is absent has the line of what it belongs to.
    private YamlNode ReadNode(ParsingEvent start, int depth, int emptyLine)
    {
        if (start is AnchorAlias alias) return Find(alias);
        if (depth > DepthLimit) throw Fail(LineOf(start), "nested too deeply");
        if (start is not NodeEvent node) throw Fail(LineOf(start), "not valid YAML: a value is missing here");
        YamlNode read = node switch
        {
            Scalar scalar => ReadScalar(scalar, emptyLine),
            SequenceStart => ReadSequence(node, depth),
            _ => ReadMapping(node, depth),
        };
        if (!node.Anchor.IsEmpty) _anchors[node.Anchor.Value] = read;
        return read;
    }

    private YamlNode ReadScalar(Scalar scalar, int emptyLine)
    {
        bool isPlain = TagOf(scalar) switch
        {
            null => scalar.Style == ScalarStyle.Plain,
            "str" => false,
            "int" or "float" or "bool" or "null" => true,
            _ => throw BadTag(scalar),
        };
        return YamlNode.Scalar(scalar.Value.Length == 0 && isPlain ? emptyLine : LineOf(scalar), scalar.Value, isPlain);
    }

    private YamlNode ReadSequence(NodeEvent start, int depth)
    {
        if (TagOf(start) is not (null or "seq")) throw BadTag(start);
        YamlNode sequence = YamlNode.Sequence(LineOf(start));
        while (Next() is not SequenceEnd)
        {
            YamlNode item = ReadNode(_parser.Current!, depth + 1, LineOf(_parser.Current!));
            sequence.Items.Add(item);
            Grow(sequence, item);
        }

        return sequence;
    }

    private YamlNode ReadMapping(NodeEvent start, int depth)
    {
        if (TagOf(start) is not (null or "map")) throw BadTag(start);
        YamlNode mapping = YamlNode.Mapping(LineOf(start));
        var keys = new HashSet<string>(StringComparer.Ordinal);
        while (Next() is not MappingEnd)
        {
            int line = LineOf(_parser.Current!);
            YamlNode key = ReadNode(_parser.Current!, depth + 1, line);
            if (key.Kind != YamlKind.Scalar) throw Fail(line, "a key must be a text");
            if (!keys.Add(key.Text)) throw Fail(line, $"{Quote.Of(key.Text)} is given twice");
            YamlNode value = ReadNode(Next(), depth + 1, line);
            mapping.Entries.Add((key, value));
            Grow(mapping, key);
            Grow(mapping, value);
        }

        return mapping;
    }

    private YamlNode Find(AnchorAlias alias) => _anchors.TryGetValue(alias.Value.Value, out YamlNode? node)
        ? node
        : throw Fail(LineOf(alias),
            $"*{alias.Value} stands for nothing; put &{alias.Value} before the value that it repeats, which must end before it");

    private void Grow(YamlNode node, YamlNode part)
    {
        node.Size += part.Size;
        if (node.Size > SizeLimit)
            throw Fail(LineOf(_parser.Current!), $"more than {SizeLimit:N0} values, those behind aliases (*) counted wherever they stand");
    }

    // Of YAML's own tags without their prefix; null without one.
    private static string? TagOf(NodeEvent node)
    {
        if (node.Tag.IsEmpty || node.Tag.Value == "?") return null;
        if (node.Tag.Value == "!") return node is Scalar ? "str" : null;
        return node.Tag.Value.StartsWith(OwnTags, StringComparison.Ordinal) ? node.Tag.Value[OwnTags.Length..] : node.Tag.Value;
    }

    private AgentSimException BadTag(NodeEvent node) => Fail(LineOf(node), $"the tag {node.Tag.Value} is not supported here; leave it out");

    private static int LineOf(ParsingEvent at) => checked((int)at.Start.Line);

    private ParsingEvent Next()
    {
        try
        {
            _parser.MoveNext();
            return _parser.Current!;
        }
        catch (YamlException error)
        {
            // What it says of a tab it says of the line before.
            bool isTab = error.Message.Contains("invalid tab", StringComparison.Ordinal);
            throw Invalid(isTab ? _scanner.CurrentPosition : error.Start, char.ToLowerInvariant(error.Message[0]) + error.Message[1..]
                .TrimEnd('.'), error);
        }
        catch (Exception error) when (error is InvalidOperationException or ArgumentException)
        {
            // The parser's own, mostly where brackets or braces are left open.
            throw Invalid(_scanner.CurrentPosition, "look for an open bracket, brace or quote, and for a tag that is none", error);
        }
    }

    private AgentSimException Invalid(Mark at, string why, Exception error) =>
        _errorId.At(_path, checked((int)at.Line), $"not valid YAML: {why}", error);

    private AgentSimException Fail(int line, string message) => _errorId.At(_path, line, message);
}
