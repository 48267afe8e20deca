namespace AgentSim.Tests.Architecture;

/// <summary>What <see cref="FloorsTests"/> reads out of an assembly, by types that use others in one way each.</summary>
public class TypeUsesTests
{
    internal sealed class Derived : UsedAsBase;
    internal sealed class Field(object value) { public UsedAsField? Value = value as UsedAsField; }
    internal sealed class Parameter { public void Take(UsedAsParameter?[] all) => _ = all; }
    internal sealed class Argument { public object New() => new List<UsedAsArgument>(); }
    internal sealed class Called { public int Value => UsedByCall.Value; }
    internal sealed class Local { public string Text() => Make.Local().ToString() + Make.Local().GetHashCode(); }
    internal sealed class InLambda { public Func<int> Later() => () => UsedInLambda.Value; }
    internal sealed class OneByOne { public IEnumerable<int> All() { yield return UsedInIterator.Value; } }
    internal sealed class Switched { public int Of(int i) =>
        i switch { 0 => 1, 1 => 3, 2 => 7, 3 => 11, 4 => UsedBehindSwitch.Value, _ => 0 }; }
    [UsedAsAttribute] internal sealed class Marked;
    internal sealed class Constrained { public void Of<T>() where T : UsedAsConstraint => _ = typeof(T); }

    // The users are within this class and count as this class; the used stand by themselves.
    [Theory]
    [InlineData("UsedAsBase")]
    [InlineData("UsedAsField")]
    [InlineData("UsedAsParameter")]
    [InlineData("UsedAsArgument")]
    [InlineData("UsedByCall")]
    [InlineData("UsedAsLocal")]
    [InlineData("UsedInLambda")]
    [InlineData("UsedInIterator")]
    [InlineData("UsedBehindSwitch")]
    [InlineData("UsedAsAttribute")]
    [InlineData("UsedAsConstraint")]
    public void Each_kind_of_use_is_found(string used)
    {
        string folder = typeof(TypeUsesTests).Namespace!;
        Assert.Contains(($"{folder}.{nameof(TypeUsesTests)}", $"{folder}.{used}"), TypeUses.Of(typeof(TypeUsesTests).Assembly.Location));
    }
}

internal abstract class UsedAsBase;

internal sealed class UsedAsField;

internal sealed class UsedAsParameter;

internal sealed class UsedAsArgument;

internal static class UsedByCall { public static int Value => Environment.TickCount; }

internal struct UsedAsLocal { public override readonly string ToString() => "local"; }

internal static class Make { public static UsedAsLocal Local() => default; }

internal static class UsedInLambda { public static int Value => Environment.TickCount; }

internal static class UsedInIterator { public static int Value => Environment.TickCount; }

internal static class UsedBehindSwitch { public static int Value => Environment.TickCount; }

[AttributeUsage(AttributeTargets.Class)]
internal sealed class UsedAsAttribute : Attribute;

internal abstract class UsedAsConstraint;
