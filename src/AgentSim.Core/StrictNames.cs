using System.Diagnostics.CodeAnalysis;
using System.Dynamic;
using System.Linq.Expressions;
using System.Reflection;

namespace AgentSim;

/// <summary>Values that are asked for by name.</summary>
internal interface INamedValues
{
    /// <summary>The value of a name; throws where there is no such name.</summary>
    object? Named(string name);
}

/// <summary>
/// Makes an error of a name that an object does not have, in languages that bind names when they run. PowerShell would make null of
/// it, also of an indexer that throws, and null is less than any number to it: <c>$result.Summary['p99_tft_ms'] -lt 50</c> would hold.
/// What the language adds to objects stays, because it is asked first.
/// </summary>
/// <param name="expression">The object, in the binding.</param>
/// <param name="value">The object.</param>
/// <param name="type">Its type, which says what its properties are.</param>
internal sealed class StrictNames(
    Expression expression, object value, [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicProperties)] Type type)
    : DynamicMetaObject(expression, BindingRestrictions.Empty, value)
{
    /// <summary>The error as the language wants it; PowerShell's cmdlets take no notice of others.</summary>
    public static Func<AgentSimException, Exception> Error { get; set; } = static error => error;

    private static readonly MethodInfo ElementMethod = ((Func<object, object?, object?>)Element).Method;
    private static readonly MethodInfo KnownMethod = ((Func<object?, object, string, string[], object?>)Known).Method;

    /// <inheritdoc/>
    public override DynamicMetaObject BindGetIndex(GetIndexBinder binder, DynamicMetaObject[] indexes)
    {
        if (Value is not INamedValues || indexes is not [var index]) return base.BindGetIndex(binder, indexes);
        Expression call = Expression.Call(ElementMethod, AsObject(Expression), AsObject(index.Expression));
        return new DynamicMetaObject(call, BindingRestrictions.GetTypeRestriction(Expression, type));
    }

    /// <inheritdoc/>
    public override DynamicMetaObject BindGetMember(GetMemberBinder binder)
    {
        DynamicMetaObject found = base.BindGetMember(binder);
        string[] names = [.. type.GetProperties().Select(property => property.Name)];
        if (names.Contains(binder.Name, StringComparer.OrdinalIgnoreCase)) return found;
        Expression call = Expression.Call(KnownMethod, AsObject(found.Expression), AsObject(Expression), Expression.Constant(binder.Name),
            Expression.Constant(names));
        return new DynamicMetaObject(call, found.Restrictions);
    }

    private static UnaryExpression AsObject(Expression expression) => Expression.Convert(expression, typeof(object));

    private static object? Element(object target, object? name)
    {
        try
        {
            return ((INamedValues)target).Named(name?.ToString() ?? "");
        }
        catch (AgentSimException error)
        {
            throw Error(error);
        }
    }

    // What the language knows of that name, if anything.
    private static object? Known(object? found, object target, string name, string[] names) => found
        ?? throw Error(Errors.PropertyUnknown.Error(
            $"a {target.GetType().Name} has no property {Quote.Of(name)}; {NearestName.Suggest(name, names)}"));
}
