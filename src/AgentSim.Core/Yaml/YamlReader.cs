namespace AgentSim.Yaml;

/// <summary>
/// A strict reader of the YAML that small configuration files use: one document of block and flow mappings and
/// sequences with plain and quoted single-line scalars, and comments. Anchors, tags, block scalars, directives
/// and repeated keys are refused.
/// </summary>
internal sealed class YamlReader
{
    private const int DepthLimit = 64;
    private readonly YamlCursor _at;
    private int _depth;

    private YamlReader(YamlCursor cursor) => _at = cursor;

    /// <summary>Reads <paramref name="text"/>.</summary>
    /// <param name="text">The content of the file.</param>
    /// <param name="path">The file, for messages.</param>
    /// <param name="errorId">Identifier of every error raised.</param>
    /// <returns>The document; a null scalar for an empty one.</returns>
    public static YamlNode Read(string text, string path, string errorId) => new YamlReader(new YamlCursor(text, path, errorId)).ReadDocument();

    private YamlNode ReadDocument()
    {
        _at.NextContentLine(first: true);
        if (_at.Column == 0 && _at.Current == '%') throw _at.Fail("directives (%) are not supported; remove the line");
        if (_at.IsMarker("---"))
        {
            _at.Column += 3;
            if (!_at.AtLineEnd) throw _at.Fail("content on the line of ---; start it on the next line");
            _at.NextContentLine();
        }

        YamlNode document = _at.AtEnd || IsDocumentEnd() ? YamlNode.Scalar(_at.LineNumber, "", isPlain: true) : ReadBlock();
        if (_at.IsMarker("..."))
        {
            _at.Column += 3;
            RequireLineEnd();
        }

        if (_at.IsMarker("---")) throw _at.Fail("only one document is allowed in the file");
        if (!_at.AtEnd) throw _at.Fail("unexpected content; check the indentation");
        return document;
    }

    private bool IsDocumentEnd() => _at.IsMarker("---") || _at.IsMarker("...");

    // A node that starts here, in block style; its column is its indentation.
    private YamlNode ReadBlock()
    {
        if (++_depth > DepthLimit) throw _at.Fail("nested too deeply");
        YamlNode node;
        if (_at.IsIndicator('-'))
        {
            node = ReadBlockSequence();
        }
        else if (_at.IsAtKey())
        {
            node = ReadBlockMapping();
        }
        else
        {
            node = ReadInline();
            RequireLineEnd();
        }

        _depth--;
        return node;
    }

    private YamlNode ReadBlockSequence()
    {
        int indent = _at.Column;
        YamlNode sequence = YamlNode.Sequence(_at.LineNumber);
        do
        {
            int line = _at.LineNumber;
            _at.Column++;
            if (_at.AtLineEnd)
            {
                _at.NextContentLine();
                sequence.Items.Add(HasContentBeyond(indent) ? ReadBlock() : YamlNode.Scalar(line, "", isPlain: true));
            }
            else
            {
                while (_at.Current == ' ') _at.Column++;
                if (_at.Current == '\t') throw _at.Fail("a tab after '-'; use spaces");
                sequence.Items.Add(ReadBlock());
            }
        }
        while (IsAt(indent) && _at.IsIndicator('-'));
        RequireDedent(indent);
        return sequence;
    }

    private YamlNode ReadBlockMapping()
    {
        int indent = _at.Column;
        YamlNode mapping = YamlNode.Mapping(_at.LineNumber);
        do
        {
            if (!_at.IsAtKey()) throw _at.Fail("expected a key and a colon");
            YamlNode key = ReadKey(mapping, inFlow: false);
            _at.Column++;
            if (!_at.AtLineEnd)
            {
                _at.SkipBlanks();
                YamlNode value = ReadInline();
                mapping.Entries.Add((key, value));
                RequireLineEnd();
                continue;
            }

            _at.NextContentLine();
            bool isNested = HasContentBeyond(indent) || (IsAt(indent) && _at.IsIndicator('-'));
            mapping.Entries.Add((key, isNested ? ReadBlock() : YamlNode.Scalar(key.Line, "", isPlain: true)));
        }
        while (IsAt(indent) && !_at.IsIndicator('-'));
        RequireDedent(indent);
        return mapping;
    }

    private YamlNode ReadKey(YamlNode mapping, bool inFlow)
    {
        YamlNode key = _at.ReadScalar(inFlow);
        if (mapping.Find(key.Text) is not null) throw _at.Fail($"'{key.Text}' is given twice");
        _at.SkipBlanks();
        return key;
    }

    // A flow collection or a scalar.
    private YamlNode ReadInline() => _at.Current switch
    {
        '{' => ReadFlowMapping(),
        '[' => ReadFlowSequence(),
        _ => _at.ReadScalar(inFlow: false),
    };

    private YamlNode ReadFlowNode() => _at.Current is '{' or '[' ? ReadInline() : _at.ReadScalar(inFlow: true);

    private YamlNode ReadFlowMapping()
    {
        YamlNode mapping = YamlNode.Mapping(_at.LineNumber);
        OpenFlow();
        while (_at.Current != '}')
        {
            YamlNode key = ReadKey(mapping, inFlow: true);
            YamlNode value = YamlNode.Scalar(key.Line, "", isPlain: true);
            _at.SkipFlowSpace();
            if (_at.Current == ':')
            {
                _at.Column++;
                _at.SkipFlowSpace();
                if (_at.Current is not (',' or '}')) value = ReadFlowNode();
            }

            mapping.Entries.Add((key, value));
            NextFlowItem('}');
        }

        CloseFlow();
        return mapping;
    }

    private YamlNode ReadFlowSequence()
    {
        YamlNode sequence = YamlNode.Sequence(_at.LineNumber);
        OpenFlow();
        while (_at.Current != ']')
        {
            sequence.Items.Add(ReadFlowNode());
            NextFlowItem(']');
        }

        CloseFlow();
        return sequence;
    }

    private void OpenFlow()
    {
        if (++_depth > DepthLimit) throw _at.Fail("nested too deeply");
        _at.Column++;
        _at.SkipFlowSpace();
    }

    private void CloseFlow()
    {
        _depth--;
        _at.Column++;
    }

    private void NextFlowItem(char close)
    {
        _at.SkipFlowSpace();
        if (_at.Current == close) return;
        if (_at.Current != ',') throw _at.Fail($"expected ',' or '{close}'");
        _at.Column++;
        _at.SkipFlowSpace();
    }

    private bool HasContentBeyond(int indent) => !_at.AtEnd && _at.Column > indent && !IsDocumentEnd();

    private bool IsAt(int indent) => !_at.AtEnd && _at.Column == indent && !IsDocumentEnd();

    private void RequireDedent(int indent)
    {
        if (HasContentBeyond(indent)) throw _at.Fail("unexpected indentation");
    }

    private void RequireLineEnd()
    {
        if (!_at.AtLineEnd) throw _at.Fail($"unexpected '{_at.Rest.Trim()}'; put text with special characters in quotes");
        _at.NextContentLine();
    }
}
