using System.Management.Automation;
using AgentSim.Metrics;
using AgentSim.Reports;
using AgentSim.Sweeps;

namespace AgentSim.PowerShell;

/// <summary>
/// What goes with an object into files and other sessions, and is not shown as a property: AgentSim.Types.ps1xml names these
/// methods.
/// </summary>
public static class StoredProperties
{
    /// <summary>All metrics of a row of a sweep as JSON text; its properties are the most important ones only.</summary>
    /// <param name="row">A <see cref="SweepRow"/>.</param>
    public static object MetricsJson(PSObject row) => ((SweepRow)(row ?? throw new ArgumentNullException(nameof(row))).BaseObject)
        .ToMetricsJson();

    /// <summary>The settings of a run as the JSON text of report files, which keeps their order and types.</summary>
    /// <param name="run">A <see cref="RunInfo"/>.</param>
    public static object SettingsJson(PSObject run) =>
        StoredSettings.Write((RunInfo)(run ?? throw new ArgumentNullException(nameof(run))).BaseObject);
}
