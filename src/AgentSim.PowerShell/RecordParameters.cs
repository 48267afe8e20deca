using System.Management.Automation;
using System.Reflection;
using System.Text.RegularExpressions;
using AgentSim.Engines;

namespace AgentSim.PowerShell;

/// <summary>
/// Parameters of a cmdlet that are the properties of an options record: same names, same types, so that every option is a
/// parameter without being written down again.
/// </summary>
internal sealed partial class RecordParameters
{
    /// <summary>The parameters, with their values once they are bound.</summary>
    public RuntimeDefinedParameterDictionary Dictionary { get; } = [];

    /// <summary>Adds the properties of a record.</summary>
    /// <param name="record">Its type.</param>
    /// <param name="prefix">Goes before the names, for a record inside another one.</param>
    public RecordParameters Add(Type record, string prefix = "")
    {
        foreach (PropertyInfo property in Options(record))
        {
            string name = prefix + property.Name;
            var parameter = new RuntimeDefinedParameter(name, property.PropertyType, [new ParameterAttribute()]);
            if (NumberValues.IsNumber(property.PropertyType, out bool isWhole)) parameter.Attributes.Add(new NumberAttribute { Whole = isWhole });
            Dictionary.Add(name, parameter);
        }

        return this;
    }

    /// <summary>Adds values for a parameter's completion.</summary>
    public RecordParameters Suggest(string name, Type completer)
    {
        Dictionary[name].Attributes.Add(new ArgumentCompleterAttribute(completer));
        return this;
    }

    /// <summary>True when a parameter with this prefix was given.</summary>
    public bool IsGiven(string prefix) => Dictionary.Any(parameter => parameter.Value.IsSet && parameter.Key.StartsWith(prefix, StringComparison.Ordinal));

    /// <summary>Sets what was given.</summary>
    /// <param name="record">A copy that nobody else has seen.</param>
    /// <param name="prefix">As added.</param>
    public T Apply<T>(T record, string prefix = "")
        where T : class
    {
        foreach (PropertyInfo property in Options(typeof(T)))
        {
            RuntimeDefinedParameter parameter = Dictionary[prefix + property.Name];
            if (parameter.IsSet) property.SetValue(record, parameter.Value is PSObject wrapped ? wrapped.BaseObject : parameter.Value);
        }

        return record;
    }

    /// <summary>A message with parameters in place of the JSON names: <c>max_num_seqs</c> becomes <c>-MaxNumSeqs</c>.</summary>
    public string InMessage(string message) => JsonName().Replace(message, match =>
    {
        string name = string.Concat(match.Value.Split('_', '.').Select(word => char.ToUpperInvariant(word[0]) + word[1..]));
        return Dictionary.ContainsKey(name) ? "-" + name : match.Value;
    });

    // Without those that hold records of their own.
    private static IEnumerable<PropertyInfo> Options(Type record) => record.GetProperties().Where(property =>
        property.SetMethod is { IsPublic: true } && (property.PropertyType.IsValueType || property.PropertyType == typeof(string) || property.PropertyType == typeof(EngineType)));

    [GeneratedRegex("[a-z][a-z0-9]*(?:[._][a-z0-9]+)+")]
    private static partial Regex JsonName();
}
