using System.Management.Automation;

namespace AgentSim.PowerShell;

/// <summary>Stands at parameters whose values have names with underscores in reports: kv_router is KvRouter.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class EnumNameAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData) =>
        (inputData is PSObject wrapped ? wrapped.BaseObject : inputData) switch
        {
            string name => Plain(name),
            object[] names => names.Select(name => name is string text ? Plain(text) : name).ToArray(),
            _ => inputData,
        };

    private static string Plain(string name) => name.Replace("_", "", StringComparison.Ordinal).Replace("-", "", StringComparison.Ordinal);
}
