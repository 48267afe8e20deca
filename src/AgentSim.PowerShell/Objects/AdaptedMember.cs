using System.Reflection;
using AgentSim.Engines;
using AgentSim.Json;
using AgentSim.Routing;

namespace AgentSim.PowerShell;

/// <summary>
/// A property of an object of the module as PowerShell sees it: one of its type, or an option without effect, whose value is in the
/// object's bag.
/// </summary>
/// <param name="Name">What PowerShell calls it.</param>
/// <param name="Type">The type of its value.</param>
/// <param name="Get">Its value in an object.</param>
/// <param name="Set">Changes it in an object; null where it cannot be set.</param>
internal sealed record AdaptedMember(string Name, Type Type, Func<object, object?> Get, Action<object, object?>? Set)
{
    /// <summary>All of a type, in the order it declares them; options of its bag come last.</summary>
    public static AdaptedMember[] Of(Type type) =>
    [
        .. type.GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .Where(property => property.GetIndexParameters().Length == 0 && !IsBag(property)).Select(Of),
        .. Inert(type),
    ];

    /// <summary>Whether a property is the bag, which is seen by what is in it.</summary>
    public static bool IsBag(PropertyInfo property) => property.PropertyType == typeof(InertOptions);

    /// <summary>The options of a type that are in its bag.</summary>
    public static IEnumerable<AdaptedMember> Inert(Type type)
    {
        if (type == typeof(EngineArguments)) return InBag(EngineArgumentsTable.Arguments);
        return type == typeof(RouterSettings) ? InBag(RouterSettingsTable.Settings) : [];
    }

    private static AdaptedMember Of(PropertyInfo property) =>
        new(property.Name, property.PropertyType, property.GetValue, property.SetMethod is { IsPublic: true } ? property.SetValue : null);

    private static IEnumerable<AdaptedMember> InBag<T>(JsonOptionsTable<T> table)
        where T : class
    {
        PropertyInfo bag = typeof(T).GetProperties().Single(IsBag);
        return table.Rows.Where(row => row.IsInert && !row.Name.Contains('.', StringComparison.Ordinal)
            && typeof(T).GetProperty(row.Parameter) is null)
            .Select(row => new AdaptedMember(
                row.Parameter, row.ValueType!, target => row.Get!((T)target), (target, value) =>
                    bag.SetValue(target, bag.GetValue(row.Set!((T)target, value)))));
    }
}
