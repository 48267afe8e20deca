using System.Management.Automation;
using AgentSim.Routing;

namespace AgentSim.PowerShell.Commands;

/// <summary>Makes the settings of the KV router, with every default filled in.</summary>
[Cmdlet(VerbsCommon.New, "AgentRouterConfig")]
[OutputType(typeof(RouterSettings))]
public sealed class NewAgentRouterConfigCommand : ConfigCommand
{
    /// <summary>Creates the cmdlet.</summary>
    public NewAgentRouterConfigCommand()
        : base(RecordParameters.Of(RouterSettingsTable.Settings, RouterSettings.Default))
    {
    }

    /// <inheritdoc/>
    private protected override object Create()
    {
        const string name = "router configuration";
        RouterSettings settings = FromJson is null ? new RouterSettings() : RouterSettings.Parse(FromJson, "-" + nameof(FromJson));
        settings = Parameters.Apply(settings);
        settings.Validate(name);
        // The configuration means the same files wherever it is used.
        return settings with { RouterPolicyConfig = Absolute(settings.RouterPolicyConfig),
            RouterTrackingKeyFile = Absolute(settings.RouterTrackingKeyFile) };
    }

    private string? Absolute(string? path) => path is null ? null : PathCommand.FileSystemPath(this, path);
}
