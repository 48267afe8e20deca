using System.Reflection;

namespace AgentSim.Tests;

/// <summary>The stored inputs and reference results, read where they lie in the source tree.</summary>
internal static class TestData
{
    /// <summary>The folder <c>tests/Unit/Data</c>, as the build saw it.</summary>
    public static string Folder { get; } = typeof(TestData).Assembly
        .GetCustomAttributes<AssemblyMetadataAttribute>().Single(attribute => attribute.Key == "TestDataFolder").Value!;

    /// <summary>A file or folder in it.</summary>
    public static string PathOf(params string[] parts) => Path.GetFullPath(Path.Combine([Folder, .. parts]));
}
