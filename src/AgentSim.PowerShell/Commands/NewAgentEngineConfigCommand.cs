using System.Management.Automation;
using AgentSim.Engines;

namespace AgentSim.PowerShell.Commands;

/// <summary>Makes the arguments of a simulated engine, with every default filled in.</summary>
[Cmdlet(VerbsCommon.New, "AgentEngineConfig")]
[OutputType(typeof(EngineArguments))]
public sealed class NewAgentEngineConfigCommand : ConfigCommand
{
    /// <summary>Creates the cmdlet.</summary>
    public NewAgentEngineConfigCommand()
        : base(RecordParameters.Of(EngineArgumentsTable.Arguments, EngineArguments.Default))
    {
    }

    /// <inheritdoc/>
    private protected override object Create()
    {
        const string name = "engine configuration";
        EngineArguments arguments = Parameters.Apply(FromJson is null ? new EngineArguments()
            : EngineArguments.Read(FromJson, "-" + nameof(FromJson)));
        arguments = (arguments with { Given = arguments.Given.And(Parameters.Given) }).Validated(name);
        // The configuration means the same file wherever it is used.
        if (arguments.PlannerProfileData is { } path)
            arguments = arguments with { PlannerProfileData = PathCommand.FileSystemPath(this, path) };
        WarnOfFiles(arguments, name);
        foreach (string warning in arguments.Warnings) WriteWarning(Parameters.InMessage(warning));
        return arguments;
    }

    // Not refused: a configuration may be made before its profile is. A replay refuses it.
    private void WarnOfFiles(EngineArguments arguments, string name)
    {
        try
        {
            arguments.Resolve(name);
        }
        catch (AgentSimException error) when (error.Code == Errors.ProfileInvalid)
        {
            WriteWarning($"a replay will refuse this configuration: {error.In(ParameterNames.Wording)}");
        }
    }
}
