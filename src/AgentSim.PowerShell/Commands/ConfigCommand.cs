using System.ComponentModel;
using System.Management.Automation;

namespace AgentSim.PowerShell.Commands;

/// <summary>A cmdlet that makes an options record from JSON and from parameters that are the rows of its table.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public abstract class ConfigCommand : AgentSimCommand, IDynamicParameters
{
    /// <summary>What the type name of an object ends with that shows all of its options.</summary>
    internal const string InertView = "#IncludeInert";

    private protected ConfigCommand(RecordParameters parameters) => Parameters = parameters;

    /// <summary>A JSON object with the names of the reference; other parameters replace what it says.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(OptionCompleter))]
    public string? FromJson { get; set; }

    /// <summary>Offers the options without effect on a replay as parameters, and shows them in the view of the object.</summary>
    [Parameter]
    public SwitchParameter IncludeInert { get; set; }

    private protected RecordParameters Parameters { get; }

    /// <summary>The parameters that are options. All are taken, so that a configuration of the reference can be written down
    /// whole.</summary>
    public object GetDynamicParameters()
    {
        Parameters.ShowInert(IncludeInert);
        return Parameters.Dictionary;
    }

    /// <summary>Makes the options.</summary>
    private protected abstract object Create();

    /// <inheritdoc/>
    protected sealed override void Process()
    {
        try
        {
            var made = PSObject.AsPSObject(Create());
            // A type name of its own chooses the view.
            if (IncludeInert) made.TypeNames.Insert(0, made.TypeNames[0] + InertView);
            WriteObject(made);
        }
        catch (AgentSimException error) when (FromJson is null)
        {
            throw error.Saying(Parameters.InMessage(error.Template), error);
        }
    }
}
