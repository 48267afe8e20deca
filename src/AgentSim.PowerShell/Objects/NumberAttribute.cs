using System.Management.Automation;

namespace AgentSim.PowerShell;

/// <summary>
/// Stands at every parameter that is a number, or a list of numbers: text that is a number in another culture is refused
/// instead of becoming another number, and so is a fraction where a whole number is wanted.
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class NumberAttribute : ArgumentTransformationAttribute
{
    /// <summary>Whether the number is a whole one.</summary>
    public bool Whole { get; set; }

    /// <inheritdoc/>
    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData) => NumberValues.WhyNot(inputData, Whole) is { } reason
        ? throw new ArgumentTransformationMetadataException(reason)
        : inputData;
}
