using System.Buffers;
using System.Globalization;
using AgentSim.Yaml;

namespace AgentSim.Routing;

/// <summary>One mapping of a policy file, with typed access; every error names the file, the line and the place.</summary>
internal sealed class RouterPolicyMap
{
    private static readonly SearchValues<char> NameCharacters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-");

    private readonly string _path;
    private readonly string _location;

    /// <param name="node">Must be a mapping.</param>
    /// <param name="path">The file.</param>
    /// <param name="location">What the mapping is, for messages.</param>
    /// <param name="keys">The keys allowed; null for any.</param>
    public RouterPolicyMap(YamlNode node, string path, string location, string[]? keys)
    {
        Node = node;
        _path = path;
        _location = location;
        if (node.Kind != YamlKind.Mapping) throw Fail(node, "must be a mapping of keys to values");
        if (keys is null) return;
        foreach ((YamlNode key, _) in node.Entries)
        {
            if (!keys.Contains(key.Text)) throw Fail(key, $"unknown key {Quote.Of(key.Text)}; {NearestName.Suggest(key.Text, keys)}");
        }
    }

    public YamlNode Node { get; }

    /// <summary>An error at <paramref name="node"/>.</summary>
    public AgentSimException Fail(YamlNode node, string message) =>
        RouterPolicyReader.InvalidId.At(_path, node.Line, $"router policy, {_location}: {message}");

    /// <summary>This mapping under another name.</summary>
    public RouterPolicyMap Named(string location) => new(Node, _path, location, null);

    /// <summary>A mapping inside this one.</summary>
    public RouterPolicyMap Inner(YamlNode node, string location, string[]? keys) => new(node, _path, $"{_location}, {location}", keys);

    /// <summary>The value of a key that may be absent; null also for a value of null.</summary>
    public YamlNode? Find(string key) => Node.Find(key) is { IsNull: false } node ? node : null;

    /// <summary>The value of a key that must be present.</summary>
    public YamlNode Required(string key) => Node.Find(key) ?? throw Fail(Node, $"{key} is missing");

    /// <summary>The items of a list that must be present and not empty.</summary>
    public List<YamlNode> List(string key)
    {
        YamlNode node = Required(key);
        if (node.Kind != YamlKind.Sequence) throw Fail(node, $"{key} must be a list");
        return node.Items.Count > 0 ? node.Items : throw Fail(node, $"{key} must not be empty");
    }

    /// <summary>A name that must be present: letters, digits, '_', '.' and '-'.</summary>
    public string Name(string key)
    {
        YamlNode node = Required(key);
        string text = Text(node, key);
        bool isName = text.Length > 0 && !text.AsSpan().ContainsAnyExcept(NameCharacters);
        return isName ? text : throw Fail(node, $"{key} must consist of letters, digits, '_', '.' and '-' (is {Quote.Of(text)})");
    }

    /// <summary>The text of a scalar; numbers count as their digits.</summary>
    public string Text(YamlNode node, string key) =>
        node.Kind == YamlKind.Scalar ? node.Text : throw Fail(node, $"{key} must be a text");

    /// <summary>An integer from 0, if present; null also for a value of null.</summary>
    public long? OptionalCount(string key) => Find(key) is { } node ? Count(node, key) : null;

    /// <summary>An integer from 0 (decimal, 0x, 0o or 0b); values beyond 63 bits are read as the largest that fits.</summary>
    public long Count(YamlNode node, string key)
    {
        if (node.Kind == YamlKind.Scalar && node.IsPlain && TryReadInteger(node.Text, out ulong value))
            return (long)Math.Min(value, long.MaxValue);
        throw Fail(node, $"{key} must be an integer from 0 (is {Quote.Of(node.Text)})");
    }

    /// <summary>A finite number from 0.</summary>
    public double Number(YamlNode node, string key)
    {
        bool isNumber = double.TryParse(node.Text, NumberStyles.Float, CultureInfo.InvariantCulture, out double value)
            && node.Kind == YamlKind.Scalar && node.IsPlain && double.IsFinite(value) && value >= 0;
        return isNumber ? value : throw Fail(node, $"{key} must be a finite number from 0 (is {Quote.Of(node.Text)})");
    }

    private static bool TryReadInteger(string text, out ulong value)
    {
        ReadOnlySpan<char> digits = text.StartsWith('+') ? text.AsSpan(1) : text;
        value = 0;
        if (digits.StartsWith("0x"))
            return ulong.TryParse(digits[2..], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out value);
        if (digits.StartsWith("0b"))
            return ulong.TryParse(digits[2..], NumberStyles.AllowBinarySpecifier, CultureInfo.InvariantCulture, out value);
        if (digits.StartsWith("0o")) return TryReadOctal(digits[2..], out value);
        bool hasLeadingZero = digits.Length > 1 && digits[0] == '0';
        return !hasLeadingZero && ulong.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out value);
    }

    private static bool TryReadOctal(ReadOnlySpan<char> digits, out ulong value)
    {
        value = 0;
        foreach (char digit in digits)
        {
            if (digit is < '0' or > '7' || value > ulong.MaxValue >> 3) return false;
            value = (value << 3) | (uint)(digit - '0');
        }

        return digits.Length > 0;
    }
}
