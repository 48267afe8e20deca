using System.Collections;
using System.Collections.Concurrent;
using System.Collections.ObjectModel;
using System.Management.Automation;
using System.Reflection;

namespace AgentSim.PowerShell;

/// <summary>
/// How PowerShell sees the properties of the objects of the module (AgentSim.Types.ps1xml says of which types): numbers and
/// dates have invariant text, text that is set where a number belongs is read invariant or refused, and lists take any array.
/// </summary>
public sealed class ObjectAdapter : PSPropertyAdapter
{
    private static readonly ConcurrentDictionary<Type, TypeProperties> Types = new();

    /// <inheritdoc/>
    public override Collection<PSAdaptedProperty> GetProperties(object baseObject)
    {
        ArgumentNullException.ThrowIfNull(baseObject);
        return [.. Of(baseObject).InOrder.Select(property => new PSAdaptedProperty(property.Name, property))];
    }

    /// <inheritdoc/>
    public override PSAdaptedProperty? GetProperty(object baseObject, string propertyName)
    {
        ArgumentNullException.ThrowIfNull(baseObject);
        return Of(baseObject).ByName.TryGetValue(propertyName, out AdaptedMember? property)
            ? new PSAdaptedProperty(property.Name, property) : null;
    }

    /// <inheritdoc/>
    public override bool IsGettable(PSAdaptedProperty adaptedProperty) => true;

    /// <inheritdoc/>
    public override bool IsSettable(PSAdaptedProperty adaptedProperty) => Property(adaptedProperty).Set is not null;

    /// <inheritdoc/>
    public override object? GetPropertyValue(PSAdaptedProperty adaptedProperty) =>
        InvariantText.Of(Property(adaptedProperty).Get(adaptedProperty.BaseObject));

    /// <inheritdoc/>
    public override void SetPropertyValue(PSAdaptedProperty adaptedProperty, object? value)
    {
        AdaptedMember property = Property(adaptedProperty);
        try
        {
            property.Set!(adaptedProperty.BaseObject, Converted(value, property.Type));
        }
        catch (Exception error) when (error is PSInvalidCastException or TargetInvocationException)
        {
            throw new SetValueException($"{property.Name}: {(error is TargetInvocationException ? error.InnerException! : error).Message}",
                error);
        }
    }

    /// <inheritdoc/>
    public override string GetPropertyTypeName(PSAdaptedProperty adaptedProperty) => TypeName(Property(adaptedProperty).Type);

    private static TypeProperties Of(object instance) => Types.GetOrAdd(instance.GetType(), static type => new TypeProperties(type));

    private static AdaptedMember Property(PSAdaptedProperty property)
    {
        ArgumentNullException.ThrowIfNull(property);
        return (AdaptedMember)property.Tag;
    }

    private static object? Converted(object? value, Type type)
    {
        object? plain = value is PSObject { BaseObject: not PSCustomObject } wrapped ? wrapped.BaseObject : value;
        if (type.IsInstanceOfType(plain)) return plain;
        Type element = ElementType(type) ?? type;
        if (plain is not null && NumberValues.IsNumber(element, out bool isWhole) && NumberValues.WhyNot(plain, isWhole) is { } reason)
            throw new PSInvalidCastException(reason);
        if (plain is null && Nullable.GetUnderlyingType(type) is not null) return null;
        return LanguagePrimitives.ConvertTo(plain, element == type || plain is null ? type : element.MakeArrayType(),
            System.Globalization.CultureInfo.InvariantCulture);
    }

    // Of arrays and the lists that arrays are.
    private static Type? ElementType(Type type)
    {
        if (type.IsArray) return type.GetElementType();
        return type is { IsInterface: true, IsGenericType: true } && typeof(IEnumerable).IsAssignableFrom(type)
            && type.GenericTypeArguments is [var element] ? element : null;
    }

    // As PowerShell writes it: System.Nullable[System.Double].
    private static string TypeName(Type type) => !type.IsGenericType
        ? type.FullName ?? type.Name
        : type.FullName![..type.FullName!.IndexOf('`', StringComparison.Ordinal)]
            + $"[{string.Join(',', type.GenericTypeArguments.Select(TypeName))}]";

    private sealed class TypeProperties
    {
        public TypeProperties(Type type)
        {
            InOrder = AdaptedMember.Of(type);
            // What a type declares again hides what it inherits.
            foreach (AdaptedMember property in InOrder) ByName.TryAdd(property.Name, property);
        }

        public AdaptedMember[] InOrder { get; }

        public Dictionary<string, AdaptedMember> ByName { get; } = new(StringComparer.OrdinalIgnoreCase);
    }
}
