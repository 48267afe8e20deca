using System.Diagnostics.CodeAnalysis;
using System.Management.Automation;

namespace AgentSim.PowerShell;

/// <summary>
/// A property or metric that does not exist. As a <see cref="MethodException"/> it also ends <c>Where-Object P99TftMs -lt 50</c>, which
/// takes any other error of a property for null, and null for less than 50.
/// </summary>
[SuppressMessage("Design", "CA1032:Implement standard exception constructors", Justification = "It is made of one error only.")]
public sealed class UnknownNameException : MethodException
{
    internal UnknownNameException(AgentSimException error)
        : base(error.In(ParameterNames.Wording), error) =>
        ErrorRecord = new ErrorRecord(new ParentContainsErrorRecordException(this), error.ErrorId, ErrorRecords.Category(error), null);

    /// <inheritdoc/>
    public override ErrorRecord ErrorRecord { get; }
}

/// <summary>Runs when the module is imported.</summary>
public sealed class ModuleStart : IModuleAssemblyInitializer
{
    /// <inheritdoc/>
    public void OnImport() => StrictNames.Error = static error => new UnknownNameException(error);
}
