using System.Globalization;
using System.Text.Json;

namespace AgentSim.Json;

/// <summary>
/// A JSON value of whatever kind, out of a file or of a record in memory, for those who read leniently (behaviour 07#B1): what is
/// not as expected is none. The default is no value; null is none, too.
/// </summary>
internal readonly struct LooseValue
{
    private readonly JsonElement _json;   // or, where that is undefined:
    private readonly object? _value;      // string, long, ulong, double, bool, LooseObject or LooseValue[]

    private LooseValue(JsonElement json) => _json = json;

    private LooseValue(object? value) => _value = value;

    /// <summary>Whether there is a value.</summary>
    public bool Exists => _value is not null || _json.ValueKind is not (JsonValueKind.Undefined or JsonValueKind.Null);

    public static LooseValue Of(JsonElement json) => new(json);

    public static LooseValue Of(string? text) => new((object?)text);

    public static LooseValue Of(long? number) => new(number);

    public static LooseValue Of(ulong? number) => new(number);

    /// <summary>A number that JSON has no form for is none.</summary>
    public static LooseValue Of(double? number) => new(number is { } real && double.IsFinite(real) ? real : (object?)null);

    public static LooseValue Of(bool? flag) => new(flag);

    public static LooseValue Of(LooseObject? value) => new((object?)value);

    public static LooseValue Of(LooseValue[] items) => new(items);

    /// <summary>The value of a JSON text.</summary>
    public static LooseValue Parse(string json)
    {
        using JsonDocument document = JsonDocument.Parse(json);
        return new LooseValue(document.RootElement.Clone());
    }

    /// <summary>The value as an object; null if it is none.</summary>
    public LooseObject? AsObject() => _value as LooseObject ?? (_json.ValueKind == JsonValueKind.Object ? new ElementObject(_json) : null);

    /// <summary>The items of a list; null if it is none.</summary>
    public IReadOnlyList<LooseValue>? AsItems() => _value as LooseValue[]
        ?? (_json.ValueKind == JsonValueKind.Array ? [.. _json.EnumerateArray().Select(item => new LooseValue(item))] : null);

    /// <summary>A finite number, also one given as text; null for everything else.</summary>
    public double? AsNumber()
    {
        double number = (_json.ValueKind, _value) switch
        {
            (JsonValueKind.Number, _) => _json.GetDouble(),
            (JsonValueKind.String, _) => FromText(_json.GetString()),
            (_, string text) => FromText(text),
            (_, long whole) => whole,
            (_, ulong whole) => whole,
            (_, double real) => real,
            _ => double.NaN,
        };
        return double.IsFinite(number) ? number : null;
    }

    /// <summary>The value as text, other kinds as they are written; null when there is none or it is empty.</summary>
    public string? AsText()
    {
        if (!Exists) return null;
        string text = _value switch
        {
            null => _json.ValueKind == JsonValueKind.String ? _json.GetString()! : _json.GetRawText(),
            string given => given,
            IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
            _ => "",
        };
        return text.Length > 0 ? text : null;
    }

    /// <summary>Writes the value: numbers as they were written, or null beyond a double; of a key given twice only the last.</summary>
    /// <param name="json">Takes it.</param>
    /// <param name="order">The order of keys; null: that of their first appearance.</param>
    public void WriteTo(Utf8JsonWriter json, IComparer<string>? order = null)
    {
        if (AsObject() is { } members)
        {
            json.WriteStartObject();
            foreach ((string name, LooseValue member) in Members(members, order))
            {
                json.WritePropertyName(name);
                member.WriteTo(json, order);
            }

            json.WriteEndObject();
        }
        else if (AsItems() is { } items)
        {
            json.WriteStartArray();
            foreach (LooseValue item in items) item.WriteTo(json, order);
            json.WriteEndArray();
        }
        else
        {
            WritePlain(json);
        }
    }

    private void WritePlain(Utf8JsonWriter json)
    {
        switch (_value)
        {
            case string text: json.WriteStringValue(text); break;
            case long number: json.WriteNumberValue(number); break;
            case ulong number: json.WriteNumberValue(number); break;
            case double number: json.WriteNumberValue(number); break;
            case bool flag: json.WriteBooleanValue(flag); break;
            case null when _json.ValueKind == JsonValueKind.Number && !double.IsFinite(_json.GetDouble()): json.WriteNullValue(); break;
            default: _json.WriteTo(json); break;
        }
    }

    private static IEnumerable<KeyValuePair<string, LooseValue>> Members(LooseObject value, IComparer<string>? order) =>
        order is null ? value.Members() : value.Members().OrderBy(member => member.Key, order);

    private static double FromText(string? text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) ? number : double.NaN;

    private sealed class ElementObject(JsonElement json) : LooseObject
    {
        public override LooseValue? Find(string name) => json.TryGetProperty(name, out JsonElement value) ? new LooseValue(value) : null;

        public override IEnumerable<KeyValuePair<string, LooseValue>> Members()
        {
            var members = new OrderedDictionary<string, LooseValue>();
            foreach (JsonProperty member in json.EnumerateObject()) members[member.Name] = new LooseValue(member.Value);
            return members;
        }
    }
}

/// <summary>A JSON object, out of a file or of a record in memory, for those who read leniently.</summary>
internal abstract class LooseObject
{
    /// <summary>The value of a field; none if it is not there.</summary>
    public LooseValue Get(string name) => Find(name) ?? default;

    /// <summary>The value of a field, also if it is null; null if it is not there.</summary>
    public abstract LooseValue? Find(string name);

    /// <summary>All fields in their order; of a name given twice the last value.</summary>
    public abstract IEnumerable<KeyValuePair<string, LooseValue>> Members();

    public LooseObject? Object(string name) => Get(name).AsObject();

    public IReadOnlyList<LooseValue>? Items(string name) => Get(name).AsItems();

    public double? Number(string name) => Get(name).AsNumber();

    public string? Text(string name) => Get(name).AsText();
}
