using System.Collections;
using System.Management.Automation;
using System.Text;
using System.Text.Json;

namespace AgentSim.PowerShell;

/// <summary>A parameter value that stands for a JSON object: its text, a hashtable or a custom object.</summary>
/// <param name="parameter">The parameter as messages name it, e.g. <c>-EngineArgument</c>.</param>
/// <param name="errorId">Identifier of the error when a value has no JSON form.</param>
internal sealed class JsonArgument(string parameter, ErrorCode errorId)
{
    /// <summary>The JSON text of a value.</summary>
    /// <exception cref="AgentSimException">The value has no JSON form.</exception>
    public string Text(object value)
    {
        if (Unwrap(value) is string text) return text;
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream)) Write(json, value, "the argument");
        return Encoding.UTF8.GetString(stream.GetBuffer(), 0, (int)stream.Length);
    }

    private static object? Unwrap(object? value) => value is PSObject { BaseObject: not PSCustomObject } wrapped
        ? wrapped.BaseObject : value;

    private void Write(Utf8JsonWriter json, object? value, string name)
    {
        switch (Unwrap(value))
        {
            case null:
                json.WriteNullValue();
                break;
            case string text:
                json.WriteStringValue(text);
                break;
            case bool truth:
                json.WriteBooleanValue(truth);
                break;
            case SwitchParameter given:
                json.WriteBooleanValue(given.IsPresent);
                break;
            case double or float when !double.IsFinite(Convert.ToDouble(value, null)):
                throw errorId.Error($"{parameter}: the value of {name} is not a finite number");
            case double real:
                json.WriteNumberValue(real);
                break;
            case float real:
                json.WriteNumberValue(real);
                break;
            case decimal real:
                json.WriteNumberValue(real);
                break;
            case ulong whole:
                json.WriteNumberValue(whole);
                break;
            case long or int or uint or short or ushort or sbyte or byte:
                json.WriteNumberValue(Convert.ToInt64(Unwrap(value), null));
                break;
            case IDictionary entries:
                WriteObject(json, entries.Keys.Cast<object>().Select(key => (key.ToString() ?? "", entries[key])));
                break;
            case PSObject custom:
                WriteObject(json, custom.Properties.Select(property => (property.Name, (object?)property.Value)));
                break;
            case IEnumerable items:
                json.WriteStartArray();
                foreach (object? item in items) Write(json, item, name);
                json.WriteEndArray();
                break;
            case { } other:
                throw ErrorRecords.NoJsonForm(parameter, errorId, name, other);
        }
    }

    private void WriteObject(Utf8JsonWriter json, IEnumerable<(string Name, object? Value)> members)
    {
        json.WriteStartObject();
        foreach ((string name, object? value) in members)
        {
            json.WritePropertyName(name);
            Write(json, value, name);
        }

        json.WriteEndObject();
    }
}
