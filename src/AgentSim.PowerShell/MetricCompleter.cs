using AgentSim.Metrics;

namespace AgentSim.PowerShell;

/// <summary>Completes names of metrics.</summary>
internal sealed class MetricCompleter() : NameCompleter(MetricNames.Names);
