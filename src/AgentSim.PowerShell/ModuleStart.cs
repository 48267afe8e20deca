using System.Diagnostics.CodeAnalysis;
using System.Management.Automation;
using System.Reflection;
using System.Runtime.Loader;
using AgentSim.Files;

namespace AgentSim.PowerShell;

/// <summary>
/// Loads the libraries that the module's assemblies need. They are in the folder "dependencies" beside them and get a load
/// context of their own, so that other modules in the session can have other versions of the same libraries, before or
/// after this one. The module's own assemblies stay in the default context, where scripts find their types.
/// </summary>
public sealed class ModuleDependencies : IModuleAssemblyInitializer, IModuleAssemblyCleanup
{
    private static readonly DependencyContext Context = new(Path.Combine(
        Path.GetDirectoryName(typeof(ModuleDependencies).Assembly.Location)!, "dependencies"));

    /// <summary>Called by PowerShell for every session that imports the module.</summary>
    public void OnImport() => AssemblyLoadContext.Default.Resolving += Resolve;

    /// <summary>Called by PowerShell for every session that removes the module; it works on in those that have it still.</summary>
    /// <param name="psModuleInfo">The module.</param>
    public void OnRemove(PSModuleInfo psModuleInfo) => AssemblyLoadContext.Default.Resolving -= Resolve;

    // The default context asks when it has no assembly of that name, or one that is too old. It does not say for whom; the
    // module's assemblies ask for exactly the versions that are here, and others get nothing that was not made for them.
    private static Assembly? Resolve(AssemblyLoadContext context, AssemblyName name) =>
        Context.Find(name) is { } path && AssemblyName.GetAssemblyName(path).Version == name.Version
            ? Context.LoadFromAssemblyName(name) : null;

    private sealed class DependencyContext(string folder) : AssemblyLoadContext("AgentSim dependencies")
    {
        public string? Find(AssemblyName name) => Path.Combine(folder, $"{name.Name}.dll") is var path && File.Exists(path) ? path : null;

        // What the libraries need of each other; the rest is PowerShell's.
        protected override Assembly? Load(AssemblyName assemblyName) => Find(assemblyName) is { } path ? LoadFromAssemblyPath(path) : null;
    }
}

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
    public void OnImport()
    {
        StrictNames.Error = static error => new UnknownNameException(error);
        TemporaryFolders.BeforeFirst(SessionEnd.Prepare);
    }
}
