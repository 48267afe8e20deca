using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using AgentSim.Imports;
using AgentSim.Metrics;

namespace AgentSim.PowerShell;

/// <summary>Completes an argument with names.</summary>
internal abstract class NameCompleter(params IEnumerable<string> names) : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters)
    {
        var pattern = new WildcardPattern(wordToComplete.Trim('\'', '"') + "*", WildcardOptions.IgnoreCase);
        return names.Where(pattern.IsMatch).Select(name => new CompletionResult(Insert(name), name, CompletionResultType.Text, Tip(name)));
    }

    /// <summary>What is inserted for a name.</summary>
    protected virtual string Insert(string name) => name;

    /// <summary>What is shown beside a name that may be taken.</summary>
    protected virtual string Tip(string name) => name;
}

/// <summary>Completes names of metrics, and says what they are.</summary>
internal class MetricCompleter() : NameCompleter(MetricNames.Names)
{
    /// <inheritdoc/>
    protected override string Tip(string name) => MetricNames.Describe(name);
}

/// <summary>Begins a hashtable with the name of a metric. Inside of one PowerShell asks nobody.</summary>
internal sealed class LimitCompleter : MetricCompleter
{
    /// <inheritdoc/>
    protected override string Insert(string name) => $"@{{ {name} = ";
}

/// <summary>Completes names of import formats.</summary>
internal sealed class ImportFormatCompleter() : NameCompleter(LogImport.FormatNames);

/// <summary>Completes names of the kinds of tables.</summary>
internal sealed class TablePresetCompleter() : NameCompleter(LogImport.TablePresets);

/// <summary>Completes properties by which records, rows and sessions are grouped.</summary>
internal sealed class GroupPropertyCompleter()
    : NameCompleter("EventType", "Model", "Models", "ParentSessionId", "Path", "PlayId", "RequestKind", "RootSessionId", "SessionId",
        "ToolClass");
