using System.Reflection;
using System.Text;

namespace AgentSim.Tests.Architecture;

/// <summary>
/// What AgentSim.Core shows to others is written down, so that nothing becomes public, or is taken away, without being seen in a
/// change. After a change that is meant, run this test with the environment variable <c>AGENTSIM_WRITE_BASELINES</c> set to 1.
/// </summary>
public class PublicSurfaceTests
{
    private const BindingFlags Declared =
        BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    [Fact]
    public void The_public_surface_is_the_one_that_is_written_down()
    {
        Baseline.Check("PublicSurface.txt", typeof(AgentSimException).Assembly.GetExportedTypes().Order(ByName).SelectMany(Lines));
    }

    private static readonly Comparer<Type> ByName = Comparer<Type>.Create((x, y) => string.CompareOrdinal(x.FullName, y.FullName));

    private static IEnumerable<string> Lines(Type type)
    {
        string kind = type.IsEnum ? "enum" : type.IsInterface ? "interface" : type.IsValueType ? "struct"
            : type.IsSubclassOf(typeof(Delegate)) ? "delegate" : type.IsAbstract ? type.IsSealed ? "static class" : "abstract class"
            : type.IsSealed ? "sealed class" : "class";
        string above = type.BaseType is { } parent && parent != typeof(object) && parent != typeof(ValueType)
            && parent != typeof(Enum) ? $" : {Name(parent)}" : "";
        yield return $"{kind} {Name(type)}{above}";
        foreach (string member in type.GetMembers(Declared).Where(IsShown).Select(member => Shown(member, type))
            .Order(StringComparer.Ordinal)) yield return $"  {member}";
    }

    private static bool IsShown(MemberInfo member) => member switch
    {
        Type => false,   // listed by itself
        // others are shown as properties
        MethodInfo { IsSpecialName: true } method => method.Name.StartsWith("op_", StringComparison.Ordinal),
        MethodInfo { Name: "<Clone>$" or "PrintMembers" } => false,
        MethodBase method => method.IsPublic || method.IsFamily || method.IsFamilyOrAssembly,
        PropertyInfo property => property.GetAccessors(nonPublic: true).Any(IsShownAccessor),
        FieldInfo field => (field.IsPublic || field.IsFamily) && !field.IsSpecialName,
        _ => true,
    };

    private static bool IsShownAccessor(MethodInfo accessor) => accessor.IsPublic || accessor.IsFamily || accessor.IsFamilyOrAssembly;

    private static string Shown(MemberInfo member, Type type) => member switch
    {
        FieldInfo field when type.IsEnum =>
            $"{field.Name} = {Convert.ToInt64(field.GetRawConstantValue(), System.Globalization.CultureInfo.InvariantCulture)}",
        FieldInfo field => $"{(field.IsLiteral ? "const " : field.IsStatic ? "static " : "")}{Name(field.FieldType)} {field.Name}",
        PropertyInfo property =>
            $"{(property.GetAccessors(true)[0].IsStatic ? "static " : "")}{Name(property.PropertyType)} {property.Name} {{ " +
                $"{Accessors(property)}}}",
        ConstructorInfo constructor => $".ctor({Parameters(constructor)})",
        MethodInfo method => $"{(method.IsStatic ? "static " : method.IsAbstract ? "abstract " : "")}{Name(method.ReturnType)} " +
            $"{method.Name}({Parameters(method)})",
        _ => member.ToString()!,
    };

    private static string Accessors(PropertyInfo property)
    {
        var text = new StringBuilder();
        if (property.GetMethod is { } get && IsShownAccessor(get)) text.Append("get; ");
        if (property.SetMethod is { } set && IsShownAccessor(set))
            text.Append(set.ReturnParameter.GetRequiredCustomModifiers().Any(modifier => modifier.Name == "IsExternalInit") ? "init; "
                : "set; ");
        return text.ToString();
    }

    private static string Parameters(MethodBase method) =>
        string.Join(", ", method.GetParameters().Select(parameter =>
            $"{Name(parameter.ParameterType)} {parameter.Name}{(parameter.IsOptional ? " = …" : "")}"));

    private static string Name(Type type)
    {
        if (type.IsByRef) return $"ref {Name(type.GetElementType()!)}";
        if (type.IsArray) return $"{Name(type.GetElementType()!)}[]";
        if (Nullable.GetUnderlyingType(type) is { } inner) return $"{Name(inner)}?";
        string name = type.IsGenericParameter ? type.Name : (type.FullName ?? $"{type.Namespace}.{type.Name}").Split('[')[0].Split('`')[0];
        string plain = name.StartsWith("System.", StringComparison.Ordinal) ? type.Name.Split('`')[0] : name;
        return type.IsGenericType ? $"{plain}<{string.Join(", ", type.GetGenericArguments().Select(Name))}>" : plain;
    }
}
