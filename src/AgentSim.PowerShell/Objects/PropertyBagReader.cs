using System.Collections;
using System.Collections.Concurrent;
using System.Globalization;
using System.Management.Automation;
using System.Reflection;
using System.Text.Json.Serialization;
using AgentSim.Engines;
using AgentSim.Reports;

namespace AgentSim.PowerShell;

/// <summary>
/// Reads an object of Core from the properties of another object. A constructor marked with
/// <see cref="JsonConstructorAttribute"/> is called, or else a public one; then whatever can be set is set.
/// </summary>
internal static class PropertyBagReader
{
    private static ErrorCode InvalidId => Errors.ObjectInvalid;
    private const int MaxDepth = 16;

    private static readonly ConcurrentDictionary<Type, (ConstructorInfo Make, ParameterInfo[] Parameters,
        PropertyInfo[] Set)> Plans = new();

    /// <summary>The object that a bag of properties describes.</summary>
    /// <exception cref="AgentSimException">A property is missing, or is not of its type.</exception>
    public static object Read(PSObject bag, Type type) => Compound(bag, type, type.Name, MaxDepth);

    private static object? Value(object? value, Type type, string name, int depth)
    {
        if (depth == 0) throw Invalid(name, "is nested too deeply");
        object? plain = value is PSObject { BaseObject: not PSCustomObject } wrapped ? wrapped.BaseObject : value;
        if (plain is null) return type.IsValueType && Nullable.GetUnderlyingType(type) is null ? throw Invalid(name, "is missing") : null;
        type = Nullable.GetUnderlyingType(type) ?? type;
        if (type.IsInstanceOfType(plain) && plain is not PSObject) return plain;
        if (type == typeof(EngineType)) return EngineType.Parse(plain.ToString()!);
        if (type.IsEnum) return Choice(plain, type, name);
        if (NumberValues.IsNumber(type, out _) && plain is not string) return NumberValues.ChangeType(plain, type, name);
        if (type == typeof(DateTimeOffset) && plain is DateTime date) return new DateTimeOffset(date);
        if (Bag(plain) is not { } bag) return List(plain, type, name, depth) ?? throw Invalid(name, $"is a {plain.GetType().Name}");
        if (type == typeof(TimeSpan) && bag.Properties["Ticks"]?.Value is { } ticks)
            return new TimeSpan(Convert.ToInt64(ticks, CultureInfo.InvariantCulture));
        return type.IsGenericType ? Dictionary(bag, type, name, depth) : Compound(bag, type, name, depth);
    }

    private static PSObject? Bag(object value) => value switch
    {
        PSObject bag => bag,
        IDictionary entries => Bag(entries),
        _ => null,
    };

    private static PSObject Bag(IDictionary entries)
    {
        var bag = new PSObject();
        foreach (DictionaryEntry entry in entries) bag.Properties.Add(new PSNoteProperty($"{entry.Key}", entry.Value));
        return bag;
    }

    private static object Choice(object value, Type type, string name)
    {
        bool isKnown = value is string text
            ? Enum.TryParse(type, text, ignoreCase: true, out object? choice) && !int.TryParse(text, out _)
            : Enum.IsDefined(type, choice = Enum.ToObject(type, NumberValues.ChangeType(value, typeof(long), name)));
        return isKnown ? choice!
            : throw Invalid(name, $"is {Quote.Of(value.ToString())}, not one of {string.Join(", ", Enum.GetNames(type))}");
    }

    private static Array? List(object value, Type type, string name, int depth)
    {
        Type? element = type.IsArray ? type.GetElementType() : type is { IsInterface: true, GenericTypeArguments: [var only] }
            ? only : null;
        if (element is null || value is string || value is not IEnumerable items) return null;
        object?[] values = [.. items.Cast<object?>().Select(item => Value(item, element, name, depth - 1))];
        var list = Array.CreateInstance(element, values.Length);
        Array.Copy(values, list, values.Length);
        return list;
    }

    private static object Dictionary(PSObject bag, Type type, string name, int depth) => type.GenericTypeArguments switch
    {
        [_, var element] when element == typeof(string) => bag.Properties.ToDictionary(entry => entry.Name,
            entry => (string)Value(entry.Value, element, name, depth - 1)!),
        [_, var element] when element == typeof(object) => bag.Properties.ToDictionary(entry => entry.Name,
            entry => Unwrapped(entry.Value)),
        _ => throw Invalid(name, "is a list of properties"),
    };

    private static object? Unwrapped(object? value) => value is PSObject { BaseObject: not PSCustomObject } wrapped
        ? wrapped.BaseObject : value;

    private static object Compound(PSObject bag, Type type, string name, int depth)
    {
        (ConstructorInfo make, ParameterInfo[] parameters, PropertyInfo[] set) = Plans.GetOrAdd(type, Plan);
        object?[] arguments = new object?[parameters.Length];
        for (int i = 0; i < parameters.Length; i++)
        {
            ParameterInfo parameter = parameters[i];
            arguments[i] = parameter.ParameterType == typeof(IReadOnlyDictionary<string, object?>)
                && bag.Properties[parameter.Name + "Json"]?.Value is string json
                ? StoredSettings.Read(json)   // with their order and types
                : bag.Properties[parameter.Name] is { } property ? Value(property.Value, parameter.ParameterType, property.Name, depth - 1)
                : parameter.HasDefaultValue ? parameter.DefaultValue : throw Invalid(name, $"has no {parameter.Name}");
        }

        try
        {
            object made = make.Invoke(arguments);
            foreach (PropertyInfo property in set)
            {
                if (bag.Properties[property.Name] is { } given)
                    property.SetValue(made, Value(given.Value, property.PropertyType, property.Name, depth - 1));
            }

            foreach (AdaptedMember option in AdaptedMember.Inert(type))
            {
                if (bag.Properties[option.Name] is { } given) option.Set!(made, Value(given.Value, option.Type, option.Name, depth - 1));
            }

            return made;
        }
        catch (TargetInvocationException error)
        {
            throw Invalid(name, $"cannot be made: {error.InnerException!.Message}");
        }
    }

    private static (ConstructorInfo Make, ParameterInfo[] Parameters, PropertyInfo[] Set) Plan(Type type)
    {
        ConstructorInfo[] all = type.GetConstructors(BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance);
        ConstructorInfo make = all.FirstOrDefault(each => each.IsDefined(typeof(JsonConstructorAttribute)))
            ?? all.Where(each => each.IsPublic).OrderBy(each => each.GetParameters().Length > 0).FirstOrDefault()
            ?? throw Invalid(type.Name, "cannot be made of properties");
        ParameterInfo[] parameters = make.GetParameters();
        return (make, parameters, [.. type.GetProperties().Where(IsSet)]);

        bool IsSet(PropertyInfo property) => !AdaptedMember.IsBag(property) && property.SetMethod is { } setter
            && (setter.IsPublic || property.IsDefined(typeof(JsonIncludeAttribute)))
            && !Array.Exists(parameters, parameter => string.Equals(parameter.Name, property.Name, StringComparison.OrdinalIgnoreCase));
    }

    private static AgentSimException Invalid(string name, string problem) =>
        InvalidId.Error($"these properties are not those of an object of this module: {name} {problem}");
}
