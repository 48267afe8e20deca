using System.Management.Automation;
using AgentSim.Sessions;
using AgentSim.Traces;

namespace AgentSim.PowerShell.Commands;

/// <summary>Makes sessions out of the records of request traces. All input together is one trace; the sessions come when it has ended.</summary>
[Cmdlet(VerbsCommon.Get, "AgentSession", DefaultParameterSetName = InputObjectSet)]
[OutputType(typeof(AgentSession))]
public sealed class GetAgentSessionCommand : PathCommand
{
    private const string InputObjectSet = "InputObject";
    private const string TreeView = "AgentSim.Sessions.AgentSession#Tree";   // a view of AgentSim.Format.ps1xml

    private readonly SessionCollector _collector = new();

    /// <summary>Records, as Import-AgentTrace gives them.</summary>
    [Parameter(ParameterSetName = InputObjectSet, Mandatory = true, ValueFromPipeline = true)]
    [ValidateNotNull]
    public TraceRecord[] InputObject { get; set; } = [];

    /// <summary>Folders stand for the traces below them, too.</summary>
    [Parameter(ParameterSetName = PathSet)]
    [Parameter(ParameterSetName = LiteralPathSet)]
    public SwitchParameter Recurse { get; set; }

    /// <summary>Every session before its children, shown indented.</summary>
    [Parameter]
    public SwitchParameter Tree { get; set; }

    /// <inheritdoc/>
    protected override bool Recurses => Recurse;

    /// <inheritdoc/>
    protected override void Process()
    {
        if (ParameterSetName == InputObjectSet)
        {
            foreach (TraceRecord record in InputObject) Attempt(record, () => _collector.Add(record));
        }
        else
        {
            ForEachFile((file, onBadRow, progress) => _collector.AddFiles([file], onBadRow, progress, Cancellation));
        }
    }

    /// <inheritdoc/>
    protected override void Finish()
    {
        if (_collector.RequestsWithoutSession is > 0 and int count) WriteWarning($"Requests passed over because they belong to no session: {count}");
        foreach (AgentSession session in _collector.Sessions(Tree))
        {
            Cancellation.ThrowIfCancellationRequested();
            PSObject shown = new(session);
            if (Tree) shown.TypeNames.Insert(0, TreeView);
            WriteObject(shown);
        }
    }
}
