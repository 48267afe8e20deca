using System.Globalization;

namespace AgentSim.Workload;

/// <summary>How many times as fast tools are: all of them, or some classes otherwise.</summary>
public sealed class ToolSpeedup : IEquatable<ToolSpeedup>
{
    private readonly SortedDictionary<string, double> _classes;

    private ToolSpeedup(double ratio, SortedDictionary<string, double> classes) => (Ratio, _classes) = (ratio, classes);

    /// <summary>As fast as recorded.</summary>
    public static ToolSpeedup Neutral { get; } = Of(1.0);

    /// <summary>That of classes which are not named.</summary>
    public double Ratio { get; }

    /// <summary>Those of single classes.</summary>
    public IReadOnlyDictionary<string, double> Classes => _classes;

    /// <summary>Whether nothing changes.</summary>
    public bool IsNeutral => Ratio == 1.0 && _classes.Count == 0;

    /// <summary>That of a class.</summary>
    /// <param name="toolClass">The class.</param>
    public double this[string toolClass] => _classes.GetValueOrDefault(toolClass, Ratio);

    /// <summary>One ratio for all tools, and others for some classes.</summary>
    /// <param name="ratio">That of classes which are not named.</param>
    /// <param name="classes">Those of single classes; null: none.</param>
    /// <exception cref="AgentSimException">A ratio is not finite and positive.</exception>
    public static ToolSpeedup Of(double ratio, IEnumerable<KeyValuePair<string, double>>? classes = null)
    {
        var others = new SortedDictionary<string, double>(StringComparer.Ordinal);
        Check(ratio);
        foreach ((string name, double value) in classes ?? [])
        {
            Check(value);
            if (name.Length == 0) throw Errors.WorkloadKnobInvalid.Error($"{Setting.ToolSpeedupRatio}: a class of tools has no name");
            if (!others.TryAdd(name, value))
                throw Errors.WorkloadKnobInvalid.Error($"{Setting.ToolSpeedupRatio} gives {Quote.Of(name)} two ratios");
        }

        foreach (string name in others.Where(other => other.Value == ratio).Select(other => other.Key).ToArray()) others.Remove(name);
        return new ToolSpeedup(ratio, others);
    }

    /// <summary>Reads <c>2</c>, <c>bash=2</c> or <c>1.5,bash=2,read=4</c>.</summary>
    /// <param name="text">A ratio, or ratios of classes, or both.</param>
    /// <exception cref="AgentSimException">The text is none of these.</exception>
    public static ToolSpeedup Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        double? ratio = null;
        var classes = new List<KeyValuePair<string, double>>();
        foreach (string part in text.Split(','))
        {
            int equals = part.LastIndexOf('=');
            if (!double.TryParse(part.AsSpan(equals + 1), NumberStyles.Float, CultureInfo.InvariantCulture, out double value)
                || (equals < 0 && ratio is not null))
                throw Errors.WorkloadKnobInvalid.Error(
                    $"{Setting.ToolSpeedupRatio} must be a ratio, or ratios of classes of tools such as bash=2, or both such as "
                        + $"1.5,bash=2 (is {Quote.Of(text)})");
            if (equals < 0) ratio = value;
            else classes.Add(new(part[..equals].Trim(), value));
        }

        return Of(ratio ?? 1.0, classes);
    }

    /// <inheritdoc/>
    public bool Equals(ToolSpeedup? other) => other is not null && other.ToString() == ToString();

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as ToolSpeedup);

    /// <inheritdoc/>
    public override int GetHashCode() => ToString().GetHashCode(StringComparison.Ordinal);

    /// <summary>The ratios, as <see cref="Parse"/> reads them.</summary>
    public override string ToString()
    {
        IEnumerable<string> classes = _classes.Select(other => string.Create(CultureInfo.InvariantCulture, $"{other.Key}={other.Value}"));
        return string.Join(',', Ratio == 1.0 && _classes.Count > 0
            ? classes
            : classes.Prepend(Ratio.ToString(CultureInfo.InvariantCulture)));
    }

    /// <summary>As reports hold it: a number, or numbers by class with that of all others as <c>*</c>.</summary>
    internal object Written()
    {
        if (_classes.Count == 0) return Ratio;
        var written = _classes.ToDictionary(other => other.Key, other => (object?)other.Value);
        if (Ratio != 1.0) written["*"] = Ratio;
        return written;
    }

    private static void Check(double ratio)
    {
        if (!(ratio > 0.0) || !double.IsFinite(ratio))
            throw Errors.WorkloadKnobInvalid.Error(string.Create(CultureInfo.InvariantCulture,
                $"{Setting.ToolSpeedupRatio} must be finite and more than 0 (is {ratio})"));
    }
}
