using System.Management.Automation;
using AgentSim.Reports;
using AgentSim.Traces;
using AgentSim.Workload;

namespace AgentSim.PowerShell;

/// <summary>
/// Stands at parameters that are paths: an object made by hand, an input of a run and a stored report give their property Path. Other
/// objects are left to other parameters, also records that come back from JSON, whose Path is where they were read; <see cref="TypeIn"/>
/// tells what PowerShell made of those that no parameter takes.
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class PathTextAttribute : ArgumentTransformationAttribute
{
    private const string Path = "Path";
    private const string OfRecords = nameof(TraceRecord.EventType);

    /// <inheritdoc/>
    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData)
    {
        if ((inputData is PSObject wrapped ? wrapped.BaseObject : inputData) is not (PSCustomObject or WorkloadInput or StoredReport))
            return inputData;
        PSMemberInfoCollection<PSPropertyInfo> properties = PSObject.AsPSObject(inputData).Properties;
        return properties[OfRecords] is null && properties[Path]?.Value is string { Length: > 0 } path ? (string[])[path] : inputData;
    }

    /// <summary>The type of the object that a text was made of; null where it may be a path.</summary>
    internal static string? TypeIn(string given) =>
        given.StartsWith("@{", StringComparison.Ordinal) ? "PSCustomObject"
        : given.StartsWith("AgentSim.", StringComparison.Ordinal) && typeof(WorkloadInput).Assembly.GetType(given) is not null
            ? given : null;
}
