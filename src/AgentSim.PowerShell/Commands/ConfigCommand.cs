using System.ComponentModel;
using System.Management.Automation;

namespace AgentSim.PowerShell.Commands;

/// <summary>A cmdlet that makes an options record from JSON and from parameters named like the record's properties.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public abstract class ConfigCommand : AgentSimCommand, IDynamicParameters
{
    private protected ConfigCommand(RecordParameters parameters) => Parameters = parameters;

    /// <summary>A JSON object with the names of the reference; other parameters replace what it says.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true)]
    [ValidateNotNullOrEmpty]
    public string? FromJson { get; set; }

    private protected RecordParameters Parameters { get; }

    /// <summary>The parameters that are options.</summary>
    public object GetDynamicParameters() => Parameters.Dictionary;

    /// <summary>Makes the options.</summary>
    private protected abstract object Create();

    /// <inheritdoc/>
    protected sealed override void Process()
    {
        try
        {
            WriteObject(Create());
        }
        catch (AgentSimException error) when (FromJson is null)
        {
            throw error.Saying(Parameters.InMessage(error.Template), error);
        }
    }
}
