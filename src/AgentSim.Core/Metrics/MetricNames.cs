namespace AgentSim.Metrics;

/// <summary>Which way a metric gets better.</summary>
public enum MetricDirection
{
    /// <summary>Neither: it says how much there was to do, or how fast the simulation itself ran.</summary>
    None,

    /// <summary>Less is better.</summary>
    Lower,

    /// <summary>More is better.</summary>
    Higher,
}

/// <summary>The metrics of a report file by name (behaviour 06#4), and which way each gets better.</summary>
public static class MetricNames
{
    /// <summary>
    /// The names of all metrics that a report can hold, in ascending order. A name with a star stands for metrics of which only a run knows
    /// the names.
    /// </summary>
    public static IReadOnlyCollection<string> Names => MetricCatalog.Current.Names;

    /// <summary>Which way a metric gets better; none for a name that is not known.</summary>
    /// <param name="name">Name in the report file.</param>
    public static MetricDirection Of(string name) => MetricCatalog.Current.Find(name)?.Direction ?? MetricDirection.None;

    /// <summary>
    /// What stands for a metric that has no value: infinity where less is better, minus infinity where more is better, NaN where
    /// neither is. A limit, a comparison, a minimum or a sort order by what is better finds it the worst.
    /// </summary>
    /// <param name="name">Name in the report file.</param>
    public static double Worst(string name) => Of(name) switch
    {
        MetricDirection.Lower => double.PositiveInfinity,
        MetricDirection.Higher => double.NegativeInfinity,
        _ => double.NaN,
    };

    /// <summary>What a metric is, in a line; empty for a name that is not known.</summary>
    /// <param name="name">Name in the report file, or one of <see cref="Names"/> with a star.</param>
    internal static string Describe(string name)
    {
        MetricCatalog catalog = MetricCatalog.Current;
        if ((catalog.Find(name) ?? catalog.Rows.FirstOrDefault(row => row.Name == name)?.Open(name)) is not { } metric) return "";
        string better = metric.Direction switch
        {
            MetricDirection.Lower => ", less is better",
            MetricDirection.Higher => ", more is better",
            _ => "",
        };
        return $"{metric.Label} ({metric.Row.Unit}{better}): {metric.Meaning}";
    }

    /// <summary>True for what the clock on the wall says of the simulation itself, which no two runs have in common.</summary>
    internal static bool IsOfClock(string name) => MetricCatalog.Current.Find(name)?.Row.IsOfClock == true;

    /// <summary>True for a name that a report can hold.</summary>
    internal static bool IsKnown(string name) => MetricCatalog.Current.Find(name) is not null;

    /// <summary>True for a metric that reports have only where tasks are asked for.</summary>
    internal static bool IsOfTasks(string name) => MetricCatalog.Current.Find(name)?.Row.Group == MetricGroup.Agents;

    /// <summary>Refuses a name that no report holds.</summary>
    /// <param name="name">Name in the report file.</param>
    /// <exception cref="AgentSimException"><c>MetricUnknown</c>.</exception>
    public static void Require(string name)
    {
        if (IsKnown(name)) return;
        throw Errors.MetricUnknown.Error($"there is no metric {Quote.Of(name)}; {NearestName.Suggest(name, Names)}");
    }
}
