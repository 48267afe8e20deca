using System.Collections;
using System.Globalization;
using System.Management.Automation;
using AgentSim.Metrics;

namespace AgentSim.PowerShell;

/// <summary>Limits as parameters take them.</summary>
internal static class MetricLimits
{
    /// <summary>The limits of a hashtable: numbers or texts by metric.</summary>
    /// <exception cref="AgentSimException">One is no limit.</exception>
    public static IReadOnlyList<MetricLimit> Of(IDictionary limits) => [.. limits.Cast<DictionaryEntry>().Select(Of)];

    private static MetricLimit Of(DictionaryEntry limit)
    {
        object? value = limit.Value is PSObject wrapped ? wrapped.BaseObject : limit.Value;
        string text = value is IFormattable number ? number.ToString(null, CultureInfo.InvariantCulture) : value?.ToString() ?? "";
        return MetricLimit.Parse(limit.Key.ToString() ?? "", text);
    }
}
