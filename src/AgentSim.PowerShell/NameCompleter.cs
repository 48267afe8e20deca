using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;

namespace AgentSim.PowerShell;

/// <summary>Completes an argument with names.</summary>
internal abstract class NameCompleter(params IEnumerable<string> names) : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters)
    {
        var pattern = new WildcardPattern(wordToComplete.Trim('\'', '"') + "*", WildcardOptions.IgnoreCase);
        return names.Where(pattern.IsMatch).Select(name => new CompletionResult(name, name, CompletionResultType.Text, Tip(name)));
    }

    /// <summary>What is shown beside a name that may be taken.</summary>
    protected virtual string Tip(string name) => name;
}
