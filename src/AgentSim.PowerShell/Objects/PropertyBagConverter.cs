using System.Management.Automation;
using System.Reflection;
using AgentSim.Engines;
using AgentSim.PowerShell.Commands;

namespace AgentSim.PowerShell;

/// <summary>
/// Makes objects of the module out of objects that have nothing but their properties: what Import-Clixml, jobs and remote
/// sessions return, and what ConvertFrom-Json returns. AgentSim.Types.ps1xml says for which types.
/// </summary>
public sealed class PropertyBagConverter : PSTypeConverter
{
    private const string Deserialized = "Deserialized.";

    /// <summary>The object of the module that a value was before it went through a file or a session without the module; else the value
    /// itself.</summary>
    /// <exception cref="AgentSimException">Its properties are not those of that type.</exception>
    internal static PSObject Restore(PSObject value)
    {
        if (value is not { BaseObject: PSCustomObject } || value.TypeNames.FirstOrDefault() is not { } name) return value;
        if (!name.StartsWith(Deserialized, StringComparison.Ordinal)) return value;
        Type? type = typeof(EngineArguments).Assembly.GetType(name[Deserialized.Length..]
            .Replace(ConfigCommand.InertView, "", StringComparison.Ordinal));
        return type is { IsPublic: true, IsAbstract: false } ? PSObject.AsPSObject(PropertyBagReader.Read(value, type)) : value;
    }

    /// <inheritdoc/>
    public override bool CanConvertFrom(object sourceValue, Type destinationType) =>
        CanConvertFrom(PSObject.AsPSObject(sourceValue), destinationType);

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
            return PropertyBagReader.Read(sourceValue, Target(sourceValue, destinationType) ?? throw new PSInvalidCastException());
        }
        catch (AgentSimException error)
        {
            throw new PSInvalidCastException(error.In(ParameterNames.Wording), error);
        }
    }

    /// <inheritdoc/>
    public override bool CanConvertTo(object sourceValue, Type destinationType) => false;

    /// <inheritdoc/>
    public override object ConvertTo(object sourceValue, Type destinationType, IFormatProvider formatProvider, bool ignoreCase) =>
        throw new PSInvalidCastException();

    // The type to make of an object: the one that it was, or one of which it has all properties, because anything less may be
    // meant for something else, e.g. for a path.
    private static Type? Target(PSObject bag, Type type)
    {
        if (bag is not { BaseObject: PSCustomObject }) return null;
        if (type.IsAbstract) return type.Assembly.GetExportedTypes()
            .FirstOrDefault(other => other.BaseType == type && Target(bag, other) is not null);
        if (bag.TypeNames.FirstOrDefault() == Deserialized + type.FullName) return type;
        PropertyInfo[] properties = [.. type.GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .Where(property => !AdaptedMember.IsBag(property))];
        return properties.All(property => property.GetIndexParameters().Length > 0 || bag.Properties[property.Name] is not null)
            ? type : null;
    }
}
