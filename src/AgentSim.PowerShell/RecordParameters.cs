using System.Management.Automation;
using System.Text.RegularExpressions;
using AgentSim.Json;

namespace AgentSim.PowerShell;

/// <summary>
/// Parameters of a cmdlet that are the options of a table: a parameter for each row, so that no option is written down again.
/// </summary>
internal sealed partial class RecordParameters
{
    private readonly Dictionary<string, OptionRow> _rows = new(StringComparer.Ordinal);

    private RecordParameters(IEnumerable<(OptionRow Row, string Help)> rows)
    {
        foreach ((OptionRow row, string help) in rows)
        {
            var parameter = new RuntimeDefinedParameter(row.Parameter, row.ValueType,
                [new ParameterAttribute { HelpMessage = help, DontShow = row.IsInert }]);
            if (NumberValues.IsNumber(row.ValueType!, out bool isWhole)) parameter.Attributes.Add(new NumberAttribute { Whole = isWhole });
            if (row.Choices.Count > 0 && !(Nullable.GetUnderlyingType(row.ValueType!) ?? row.ValueType!).IsEnum)
                parameter.Attributes.Add(new ArgumentCompleterAttribute(typeof(OptionCompleter)));
            Dictionary.Add(row.Parameter, parameter);
            _rows.Add(row.Parameter, row);
        }
    }

    /// <summary>The parameters, with their values once they are bound.</summary>
    public RuntimeDefinedParameterDictionary Dictionary { get; } = [];

    /// <summary>The parameters of a table.</summary>
    /// <param name="table">The table.</param>
    /// <param name="defaults">A record with all defaults.</param>
    public static RecordParameters Of<T>(JsonOptionsTable<T> table, T defaults) =>
        new(table.Rows.Where(row => row.ValueType is not null).Select(row => ((OptionRow)row, OptionHelp.Parameter(row, table, defaults))));

    /// <summary>Whether options without effect are offered as parameters; they are taken in any case.</summary>
    public void ShowInert(bool areShown)
    {
        foreach ((string name, RuntimeDefinedParameter parameter) in Dictionary)
        {
            if (_rows[name].IsInert) parameter.Attributes.OfType<ParameterAttribute>().Single().DontShow = !areShown;
        }
    }

    /// <summary>The JSON names of what was given.</summary>
    public IEnumerable<string> Given => Dictionary.Where(pair => pair.Value.IsSet).Select(pair => _rows[pair.Key].Name);

    /// <summary>A record with what was given.</summary>
    public T Apply<T>(T record)
    {
        foreach ((string name, RuntimeDefinedParameter parameter) in Dictionary)
        {
            if (parameter.IsSet) record = ((OptionRow<T>)_rows[name]).Set!(record, parameter.Value is PSObject wrapped ? wrapped.BaseObject
                : parameter.Value);
        }

        return record;
    }

    /// <summary>A message with parameters in place of the JSON names: <c>max_num_seqs</c> becomes <c>-MaxNumSeqs</c>.</summary>
    public string InMessage(string message) => JsonName().Replace(message, match =>
    {
        string name = string.Concat(match.Value.Split('_', '.').Select(word => char.ToUpperInvariant(word[0]) + word[1..]));
        return Dictionary.ContainsKey(name) ? "-" + name : match.Value;
    });

    [GeneratedRegex("[a-z][a-z0-9]*(?:[._][a-z0-9]+)+")]
    private static partial Regex JsonName();
}
