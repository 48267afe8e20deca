using System.Collections;
using System.Management.Automation;

namespace AgentSim.PowerShell;

/// <summary>
/// Stands at parameters that are paths: PowerShell makes text of every object, and a request or a row is no name of a file. Objects
/// that have a property of the parameter's name are bound by that.
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class PathTextAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData) => NoPath(inputData) is { } type
        ? throw new ArgumentTransformationMetadataException(
            $"an object of type {type} is no path; give text, files, or objects with a property Path")
        : inputData;

    // The type of the first thing that is no path; null: all are.
    private static string? NoPath(object? value) => (value is PSObject wrapped ? wrapped.BaseObject : value) switch
    {
        null or string or FileSystemInfo or PathInfo or Uri => null,
        IEnumerable items and not IDictionary => items.Cast<object?>().Select(NoPath).FirstOrDefault(type => type is not null),
        var other => other.GetType().FullName,
    };
}
