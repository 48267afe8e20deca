using System.Management.Automation;
using AgentSim.Agents;
using AgentSim.Sessions;
using AgentSim.Simulation;
using AgentSim.Traces;

namespace AgentSim.PowerShell.Commands;

/// <summary>
/// Makes sessions out of the records of request traces, which all together are one trace, so that the sessions come when it has ended;
/// or shows the sessions of replays.
/// </summary>
[Cmdlet(VerbsCommon.Get, "AgentSession", DefaultParameterSetName = InputObjectSet)]
[OutputType(typeof(AgentSession), ParameterSetName = [InputObjectSet, PathSet, LiteralPathSet])]
[OutputType(typeof(SessionResult), ParameterSetName = [ResultSet])]
public sealed class GetAgentSessionCommand : PathCommand
{
    private const string InputObjectSet = "InputObject";
    private const string ResultSet = "Result";
    private const string ResultTreeView = "AgentSim.Agents.SessionResult#Tree";   // views of AgentSim.Format.ps1xml
    private const string TreeView = "AgentSim.Sessions.AgentSession#Tree";

    private readonly SessionCollector _collector = new();

    /// <summary>Records, as Import-AgentTrace gives them.</summary>
    [Parameter(ParameterSetName = InputObjectSet, Mandatory = true, ValueFromPipeline = true)]
    [ValidateNotNull]
    public TraceRecord[] InputObject { get; set; } = [];

    /// <summary>Results of Invoke-AgentReplay, whose sessions to show.</summary>
    [Parameter(ParameterSetName = ResultSet, Mandatory = true, ValueFromPipeline = true)]
    [ValidateNotNull]
    public ReplayResult[] Result { get; set; } = [];

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
        if (ParameterSetName == ResultSet)
        {
            foreach (ReplayResult result in Result) WriteSessions(result);
        }
        else if (ParameterSetName == InputObjectSet)
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
        if (_collector.RequestsWithoutSession is > 0 and int count)
            WriteWarning($"Requests passed over because they belong to no session: {count}");
        foreach (AgentSession session in _collector.Sessions(Tree))
        {
            Cancellation.ThrowIfCancellationRequested();
            Write(session, TreeView);
        }
    }

    private void WriteSessions(ReplayResult result)
    {
        if (ReplayAgents.Of(this, result, Cancellation) is not { } agents) return;
        foreach (SessionResult session in Tree ? agents.InTree() : agents.Sessions)
        {
            Cancellation.ThrowIfCancellationRequested();
            Write(session, ResultTreeView);
        }
    }

    private void Write(object session, string treeView)
    {
        PSObject shown = new(session);
        if (Tree) shown.TypeNames.Insert(0, treeView);
        WriteObject(shown);
    }
}
