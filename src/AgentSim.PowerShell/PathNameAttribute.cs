using System.Collections;
using System.Management.Automation;

namespace AgentSim.PowerShell;

/// <summary>Stands at parameters that name files: such a name is not blank, as one is that comes of a variable that is not set.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class PathNameAttribute : ValidateArgumentsAttribute
{
    /// <inheritdoc/>
    protected override void Validate(object arguments, EngineIntrinsics engineIntrinsics)
    {
        object? given = arguments is PSObject wrapped ? wrapped.BaseObject : arguments;
        foreach (object? each in given is IEnumerable list and not string ? list : (object?[])[given])
        {
            if ((each is PSObject item ? item.BaseObject : each) is string path && string.IsNullOrWhiteSpace(path))
                throw new ValidationMetadataException($"a path is blank ({Quote.Of(path)}); name a file.");
        }
    }
}
