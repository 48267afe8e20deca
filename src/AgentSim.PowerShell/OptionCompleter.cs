using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using System.Text.RegularExpressions;
using AgentSim.Engines;
using AgentSim.Json;
using AgentSim.PowerShell.Commands;
using AgentSim.Routing;

namespace AgentSim.PowerShell;

/// <summary>
/// Completes what tables of options know: the texts that an option may be, and the names inside of JSON text, as in
/// <c>{"max_n</c>.
/// </summary>
internal sealed partial class OptionCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters)
    {
        ArgumentNullException.ThrowIfNull(parameterName);
        ArgumentNullException.ThrowIfNull(wordToComplete);
        bool isRouter = parameterName == nameof(InvokeAgentReplayCommand.RouterConfig)
            || (commandName?.Contains("Router", StringComparison.OrdinalIgnoreCase) ?? false);
        OptionRow[] rows = isRouter ? [.. RouterSettingsTable.Settings.Rows] : [.. EngineArgumentsTable.Arguments.Rows];
        if (Array.Find(rows, row => row.Parameter.Equals(parameterName, StringComparison.OrdinalIgnoreCase))
            is { Choices.Count: > 0 } option)
        {
            var pattern = new WildcardPattern(wordToComplete.Trim('\'', '"') + "*", WildcardOptions.IgnoreCase);
            return option.Choices.Where(pattern.IsMatch).Select(choice =>
                new CompletionResult(choice, choice, CompletionResultType.ParameterValue, option.Help));
        }

        // PowerShell closes a string that is still open.
        return Names(rows, wordToComplete is ['\'', .., '\''] ? wordToComplete[..^1] : wordToComplete);
    }

    // The names that go on from the end of JSON text that has begun; of an object inside it, those of the object.
    internal static IEnumerable<CompletionResult> Names(IReadOnlyList<OptionRow> rows, string json)
    {
        if (NameBegun().Match(json) is not { Success: true } begun) return [];
        string inside = begun.Groups["group"] is { Success: true } inner ? inner.Value + "." : "";
        string start = inside + begun.Groups["name"].Value;
        string before = json[..begun.Groups["name"].Index];
        // An object is completed before what is in it.
        return rows.Where(row => row.Name.StartsWith(start, StringComparison.Ordinal))
            .Select(row => (Name: row.Name[inside.Length..].Split('.')[0], row.Help)).DistinctBy(row => row.Name)
            .Select(row => new CompletionResult($"{before}{row.Name}\":", row.Name, CompletionResultType.ParameterValue, row.Help));
    }

    [GeneratedRegex("""[{,]\s*(?:"(?<group>[a-z]+)"\s*:\s*\{(?:[^{}]*,)?\s*)?"(?<name>[a-z0-9_]*)$""")]
    private static partial Regex NameBegun();
}
