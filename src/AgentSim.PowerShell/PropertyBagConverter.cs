using System.Collections;
using System.Globalization;
using System.Management.Automation;
using System.Numerics;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace AgentSim.PowerShell;

/// <summary>
/// Makes objects of the module out of objects that have nothing but their properties: what Import-Clixml, jobs and remote
/// sessions return, and what ConvertFrom-Json returns. AgentSim.Types.ps1xml says for which types.
/// </summary>
public sealed class PropertyBagConverter : PSTypeConverter
{
    private const int MaxDepth = 16;

    private static readonly JsonSerializerOptions Options = new()
    {
        Converters = { new JsonStringEnumConverter() },
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
    };

    /// <inheritdoc/>
    public override bool CanConvertFrom(object sourceValue, Type destinationType) => CanConvertFrom(PSObject.AsPSObject(sourceValue), destinationType);

    /// <inheritdoc/>
    public override bool CanConvertFrom(PSObject sourceValue, Type destinationType) => Target(sourceValue, destinationType) is not null;

    /// <inheritdoc/>
    public override object ConvertFrom(object sourceValue, Type destinationType, IFormatProvider formatProvider, bool ignoreCase) =>
        ConvertFrom(PSObject.AsPSObject(sourceValue), destinationType, formatProvider, ignoreCase);

    /// <inheritdoc/>
    public override object ConvertFrom(PSObject sourceValue, Type destinationType, IFormatProvider formatProvider, bool ignoreCase)
    {
        try
        {
            Type type = Target(sourceValue, destinationType) ?? throw new PSInvalidCastException();
            return Node(sourceValue, MaxDepth).Deserialize(type, Options) ?? throw new PSInvalidCastException();
        }
        catch (Exception error) when (error is JsonException or NotSupportedException or ArgumentException)
        {
            throw new PSInvalidCastException($"The properties do not make a {destinationType.Name}: {error.Message}", error);
        }
    }

    /// <inheritdoc/>
    public override bool CanConvertTo(object sourceValue, Type destinationType) => false;

    /// <inheritdoc/>
    public override object ConvertTo(object sourceValue, Type destinationType, IFormatProvider formatProvider, bool ignoreCase) => throw new PSInvalidCastException();

    // The type to make of an object: one of which it has all properties, because anything less may be meant for something
    // else, e.g. for a path.
    private static Type? Target(PSObject bag, Type type)
    {
        if (bag is not { BaseObject: PSCustomObject }) return null;
        if (type.IsAbstract) return type.Assembly.GetExportedTypes().FirstOrDefault(other => other.BaseType == type && Target(bag, other) is not null);
        PropertyInfo[] properties = type.GetProperties(BindingFlags.Public | BindingFlags.Instance);
        return properties.All(property => bag.Properties[property.Name] is not null) ? type : null;
    }

    private static JsonNode? Node(object? value, int depth)
    {
        if (depth == 0) throw new PSInvalidCastException("The properties are nested too deeply.");
        switch (value is PSObject { BaseObject: not PSCustomObject } wrapped ? wrapped.BaseObject : value)
        {
            case null:
                return null;
            case PSObject bag:
                return new JsonObject(bag.Properties.Select(property => KeyValuePair.Create(property.Name, Node(property.Value, depth - 1))));
            case IDictionary entries:
                return new JsonObject(entries.Keys.Cast<object>().Select(key => KeyValuePair.Create(key.ToString() ?? "", Node(entries[key], depth - 1))));
            case IEnumerable items and not string:
                return new JsonArray([.. items.Cast<object?>().Select(item => Node(item, depth - 1))]);
            case BigInteger large:   // what ConvertFrom-Json makes of hashes beyond 63 bits
                return JsonNode.Parse(large.ToString(CultureInfo.InvariantCulture));
            case { } plain:
                return JsonSerializer.SerializeToNode(plain, plain.GetType(), Options);
        }
    }
}
