namespace AgentSim.Yaml;

/// <summary>What a YAML node is.</summary>
internal enum YamlKind
{
    Scalar,
    Sequence,
    Mapping,
}

/// <summary>A node of a YAML document, with the line it starts on. Where an alias stands, it is the node of the anchor.</summary>
internal sealed class YamlNode
{
    private YamlNode(YamlKind kind, int line, string text, bool isPlain)
    {
        Kind = kind;
        Line = line;
        Text = text;
        IsPlain = isPlain;
    }

    public YamlKind Kind { get; }

    /// <summary>1-based line.</summary>
    public int Line { get; }

    /// <summary>The text of a scalar, without quotes.</summary>
    public string Text { get; }

    /// <summary>True for a scalar without quotes, which may mean a number, a truth value or nothing.</summary>
    public bool IsPlain { get; }

    /// <summary>True for an absent value, <c>~</c> or <c>null</c>.</summary>
    public bool IsNull => Kind == YamlKind.Scalar && IsPlain && Text is ("" or "~" or "null" or "Null" or "NULL");

    /// <summary>The items of a sequence.</summary>
    public List<YamlNode> Items { get; } = [];

    /// <summary>The entries of a mapping in file order; no key occurs twice.</summary>
    public List<(YamlNode Key, YamlNode Value)> Entries { get; } = [];

    /// <summary>This node and all within it, those behind aliases counted at every place where they stand.</summary>
    public long Size { get; set; } = 1;

    public static YamlNode Scalar(int line, string text, bool isPlain) => new(YamlKind.Scalar, line, text, isPlain);

    public static YamlNode Sequence(int line) => new(YamlKind.Sequence, line, "", false);

    public static YamlNode Mapping(int line) => new(YamlKind.Mapping, line, "", false);

    /// <summary>The value of <paramref name="key"/> in a mapping, or null.</summary>
    public YamlNode? Find(string key)
    {
        foreach ((YamlNode name, YamlNode value) in Entries)
        {
            if (name.Text == key) return value;
        }

        return null;
    }
}
