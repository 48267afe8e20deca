using System.Collections;
using System.Management.Automation;

namespace AgentSim.PowerShell;

/// <summary>
/// Stands at parameters that are paths: PowerShell makes text of every object, and a request or a row is no name of a file. Objects
/// with a property Path stand for that.
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class PathTextAttribute : ArgumentTransformationAttribute
{
    private const string Path = "Path";

    /// <inheritdoc/>
    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData) => PathOf(inputData)!;

    private static object? PathOf(object? value) => (value is PSObject wrapped ? wrapped.BaseObject : value) switch
    {
        null or string or FileSystemInfo or PathInfo or Uri => value,
        IEnumerable items and not IDictionary => items.Cast<object?>().Select(PathOf).ToArray(),
        _ when PSObject.AsPSObject(value).Properties[Path]?.Value is string { Length: > 0 } path => path,
        var other => throw new ArgumentTransformationMetadataException(
            $"An object of type {other.GetType().FullName} is no path; give text, files, or objects with a property {Path}"),
    };
}
