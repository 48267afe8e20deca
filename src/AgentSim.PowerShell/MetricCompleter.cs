using AgentSim.Metrics;

namespace AgentSim.PowerShell;

/// <summary>Completes names of metrics, and says what they are.</summary>
internal sealed class MetricCompleter() : NameCompleter(MetricNames.Names)
{
    /// <inheritdoc/>
    protected override string Tip(string name) => MetricNames.Describe(name);
}
