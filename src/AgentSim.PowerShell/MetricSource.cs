using System.Management.Automation;
using AgentSim.Json;
using AgentSim.Metrics;
using AgentSim.Reports;
using AgentSim.Simulation;
using AgentSim.Sweeps;

namespace AgentSim.PowerShell;

/// <summary>A report from whatever holds its metrics.</summary>
/// <param name="Metrics">The metrics.</param>
/// <param name="Path">The file they were read from, if they were.</param>
internal sealed record MetricSource(IReadOnlyList<Metric> Metrics, string? Path = null)
{
    /// <summary>The report in an object: a result, a summary, a row of a sweep, or what a file or another session kept of one.</summary>
    /// <exception cref="AgentSimException">It holds no metrics.</exception>
    public static MetricSource Of(PSObject item) => OfWhole(PropertyBagConverter.Restore(item));

    private static MetricSource OfWhole(PSObject item) => item.BaseObject switch
    {
        ReplayResult result => new MetricSource(result.Summary.Metrics),
        ReplayReport report => new MetricSource(report.Metrics),
        SweepRow { Error: { } error } row => throw (Errors.Find(row.ErrorId) ?? Errors.ReportInvalid)
            .Error($"point {row.Index} of the sweep has no metrics: {error}"),
        SweepRow row => new MetricSource(row.GetMetrics()),
        StoredReport report => new MetricSource(report.Metrics, report.Path),
        FileInfo file => Read(file.FullName),
        _ => new MetricSource(Properties(item)),
    };

    /// <summary>The report in a file.</summary>
    /// <exception cref="AgentSimException">It is no report.</exception>
    public static MetricSource Read(string path) => new(ReportReader.Read(path), path);

    // Objects that came out of a file or another session have lost their type, but kept their properties.
    private static Metric[] Properties(PSObject item)
    {
        PSObject bag = item.Properties[nameof(ReplayResult.Summary)]?.Value is PSObject summary ? summary : item;
        // Some are in objects of their own, and of some only the object itself knows the names.
        PSObject[] bags = [bag, .. MetricCatalog.Current.Objects.Select(group => Property(bag, group.Key!)?.Value).OfType<PSObject>()];
        Metric[] metrics =
        [
            .. from holder in bags
               let open = holder.Properties.Select(property => property.Name).Where(MetricNames.IsKnown)
               from name in MetricCatalog.Current.Definitions.Select(metric => metric.Name).Union(open)
               let value = Number(holder, name)
               where value is not null
               select new Metric(name, value.Value, false),
        ];
        return metrics.Length > 0
            ? EmptyMetrics.Mark(metrics, [])
            : throw Errors.ReportInvalid.Error(
                $"a {item.BaseObject.GetType().Name} holds no metrics; give results of Invoke-AgentReplay, their " +
                    "summaries, or report files");
    }

    private static double? Number(PSObject bag, string name)
    {
        object? value = Property(bag, name)?.Value;
        if (value is PSObject { BaseObject: not PSCustomObject } wrapped) value = wrapped.BaseObject;
        return value switch
        {
            null or "" => null,
            string text => NumberText.Read(text, name),   // PowerShell itself reads '29,5' as 295
            _ => LanguagePrimitives.TryConvertTo(value, out double number) ? number : null,
        };
    }

    // p99_ttft_ms is P99TtftMs, too.
    private static PSPropertyInfo? Property(PSObject bag, string name) =>
        bag.Properties[name] ?? bag.Properties[MetricDefinition.PropertyOf(name)];
}
