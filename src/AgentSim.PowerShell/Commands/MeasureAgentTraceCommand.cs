using System.Management.Automation;
using AgentSim.Measures;
using AgentSim.Rows;
using AgentSim.Sessions;
using AgentSim.Traces;

namespace AgentSim.PowerShell.Commands;

/// <summary>Measures records, rows or sessions: totals and distributions, of all or by the value of a property.</summary>
[Cmdlet(VerbsDiagnostic.Measure, "AgentTrace", DefaultParameterSetName = InputObjectSet)]
[OutputType(typeof(TraceMeasure), typeof(SessionMeasure))]
public sealed class MeasureAgentTraceCommand : PathCommand
{
    private const string InputObjectSet = "InputObject";
    private const string GroupView = "#Group";   // views of AgentSim.Format.ps1xml

    private readonly TraceMeasurer _records = new();
    private readonly TraceMeasurer _rows = new();
    private readonly List<(AgentSession Session, string? Group)> _sessions = [];
    private object? _outside;   // something without the property
    private bool _hasMembers;
    private bool _hasWritten;

    /// <summary>Records, rows or sessions; also paths of traces, as they come through a pipeline.</summary>
    [Parameter(ParameterSetName = InputObjectSet, Mandatory = true, ValueFromPipeline = true)]
    [ValidateNotNull]
    public PSObject[] InputObject { get; set; } = [];

    /// <summary>Folders stand for the traces below them, too.</summary>
    [Parameter(ParameterSetName = PathSet)]
    [Parameter(ParameterSetName = LiteralPathSet)]
    public SwitchParameter Recurse { get; set; }

    /// <summary>A property of the input: one measure for each of its values.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(GroupPropertyCompleter))]
    public string? By { get; set; }

    /// <inheritdoc/>
    protected override bool Recurses => Recurse;

    /// <inheritdoc/>
    protected override void Process()
    {
        if (ParameterSetName != InputObjectSet) ForEachFile(AddFile);
        else foreach (PSObject input in InputObject) Attempt(input, () => Add(input));
    }

    /// <inheritdoc/>
    protected override void Finish()
    {
        if (By is not null && !_hasMembers && _outside is not null)
        {
            throw Errors.MeasurePropertyMissing.Error(
                $"no {_outside.GetType().Name} of the input has the property {Quote.Of(By)}; " +
                    $"{NearestName.Suggest(By, [.. PSObject.AsPSObject(_outside).Properties.Select(property => property.Name)])}");
        }

        Write(_records.Measures());
        Write(_rows.Measures());
        Write(_sessions.GroupBy(entry => entry.Group, entry => entry.Session).Select(group => SessionMeasure.Of([.. group], group.Key)));
        // Of no measure, every number would be small.
        if (!_hasWritten) throw Errors.MeasureEmpty.Error(
            "nothing came that could be measured; give records, rows, sessions or paths of traces that hold some");
    }

    private void Add(PSObject input)
    {
        (bool isMember, string? group) = GroupOf(input);
        switch (PropertyBagConverter.Restore(input).BaseObject)
        {
            case string path:
                ForEachFile(FilesOf(path), AddFile);
                break;
            case FileSystemInfo file:
                ForEachFile(FilesOf(WildcardPattern.Escape(file.FullName)), AddFile);
                break;
            case TraceRecord or MooncakeRow or AgentSession when !isMember:
                break;
            case TraceRecord record:
                _records.Add(record, group);
                break;
            case MooncakeRow row:
                _rows.Add(row, group);
                break;
            case AgentSession session:
                _sessions.Add((session, group));
                break;
            default:
                throw Errors.MeasureInputInvalid.Error(
                    $"a {input.BaseObject.GetType().Name} cannot be measured; give records, rows, sessions or paths of traces");
        }
    }

    private void AddFile(string file, Action<AgentSimException>? onBadRow, IProgress<long> progress) =>
        _records.AddFiles([file], By is null ? null : record => GroupOf(PSObject.AsPSObject(record)), onBadRow, progress, Cancellation);

    private (bool IsMember, string? Group) GroupOf(PSObject input)
    {
        if (By is null) return (true, null);
        if (input.Properties[By] is not { } property)
        {
            _outside = input.BaseObject;
            return (false, null);
        }

        _hasMembers = true;
        return (true, property.Value is IEnumerable<string> texts ? string.Join(", ", texts)
            : LanguagePrimitives.ConvertTo<string>(property.Value) ?? "");
    }

    private void Write<T>(IEnumerable<T> measures)
    {
        foreach (T measure in measures)
        {
            Cancellation.ThrowIfCancellationRequested();
            _hasWritten = true;
            PSObject shown = new(measure);
            if (By is not null) shown.TypeNames.Insert(0, typeof(T).FullName + GroupView);
            WriteObject(shown);
        }
    }
}
