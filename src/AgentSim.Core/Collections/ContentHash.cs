using System.Collections;
using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Runtime.InteropServices;

namespace AgentSim.Collections;

/// <summary>
/// A number for what an object holds, to see later whether it was changed. It is of this process alone and stands for all that scripts
/// can set: public properties with a setter, and the items of lists.
/// </summary>
internal static class ContentHash
{
    /// <summary>The number of an object as it is now.</summary>
    public static int Of<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicProperties)] T>(T item)
        where T : class
    {
        var hash = new HashCode();
        foreach (PropertyInfo property in Settable<T>.Properties) Add(ref hash, property.GetValue(item));
        return hash.ToHashCode();
    }

    private static void Add(ref HashCode hash, object? value)
    {
        if (value is IEnumerable<ulong> numbers)   // by far the longest lists
            hash.AddBytes(MemoryMarshal.AsBytes<ulong>(numbers as ulong[] ?? [.. numbers]));
        else if (value is IEnumerable items and not string)
            foreach (object? item in items) hash.Add(item);
        else
            hash.Add(value);
    }

    private static class Settable<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicProperties)] T>
    {
        public static readonly PropertyInfo[] Properties =
            [.. typeof(T).GetProperties().Where(property => property is { CanRead: true, SetMethod.IsPublic: true })];
    }
}
