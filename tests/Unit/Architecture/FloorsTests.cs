using System.Text.RegularExpressions;

namespace AgentSim.Tests.Architecture;

/// <summary>
/// Every folder of AgentSim.Core stands on a floor and uses only folders of lower floors, so that no two need each other and each
/// can be read with nothing but what is below it. docs/architecture.md draws the same table.
/// </summary>
public partial class FloorsTests
{
    private const string Root = "";   // what all may use: errors, warnings, names

    private static readonly string[][] Floors =
    [
        [Root],
        ["Collections", "Draws", "Files", "Json", "MessagePack", "Statistics", "Yaml"],
        ["Prompts", "Rows"],
        ["Routing", "Traces"],
        ["Capture", "Engines", "Imports", "Lowering", "Sessions"],
        ["Workload"],
        ["Measures", "Recording"],
        ["Metrics"],
        ["Simulation"],
        ["Timelines"],
        ["Reports", "Sweeps"],
    ];

    private static readonly Dictionary<string, int> FloorOf = Floors
        .SelectMany((folders, floor) => folders.Select(folder => (folder, floor))).ToDictionary(pair => pair.folder, pair => pair.floor);

    private static readonly string Core = TestData.PathOf("../../../src/AgentSim.Core");

    private static IEnumerable<string> Sources => Directory.EnumerateFiles(Core, "*.cs", SearchOption.AllDirectories)
        .Where(file => FolderOfFile(file) is not ("bin" or "obj")).Order(StringComparer.Ordinal);

    [GeneratedRegex(@"^namespace AgentSim\.?([^.;]*)[^;]*;", RegexOptions.Multiline)]
    private static partial Regex Namespace();

    [GeneratedRegex(@"^using (?:static )?(?:\w+ = )?AgentSim\.(\w+)[\w.]*;", RegexOptions.Multiline)]
    private static partial Regex Using();

    private static string FolderOfFile(string file)
    {
        string[] parts = Path.GetRelativePath(Core, file).Split(Path.DirectorySeparatorChar);
        return parts.Length == 1 ? Root : parts[0];
    }

    // AgentSim.Engines.Vllm.VllmEngine is of Engines; null: the compiler's.
    private static string? FolderOfType(string type)
    {
        string[] parts = type.Split('.');
        return parts[0] != "AgentSim" ? null : parts.Length == 2 ? Root : parts[1];
    }

    [Fact]
    public void Every_folder_has_a_floor_and_every_floor_its_folders()
    {
        Assert.Equal(FloorOf.Keys.Order(StringComparer.Ordinal), Sources.Select(FolderOfFile).Distinct().Order(StringComparer.Ordinal));
    }

    [Fact]
    public void The_namespace_of_a_file_is_that_of_its_folder()
    {
        Assert.All(Sources, file => Assert.Equal(FolderOfFile(file), Namespace().Match(File.ReadAllText(file)).Groups[1].Value));
    }

    [Fact]
    public void A_folder_uses_only_lower_floors_by_what_is_compiled()
    {
        IEnumerable<string> climbs =
            from use in TypeUses.Of(typeof(AgentSimException).Assembly.Location)
            let user = FolderOfType(use.User)
            let used = FolderOfType(use.Used)
            where user is not null && used is not null && user != used && FloorOf[used] >= FloorOf[user]
            select $"{use.User} (floor {FloorOf[user]}) uses {use.Used} (floor {FloorOf[used]})";
        Assert.Empty(climbs);
    }

    // This finds the constants and the documentation, which nothing compiled shows.
    [Fact]
    public void A_folder_uses_only_lower_floors_by_its_usings()
    {
        IEnumerable<string> climbs =
            from file in Sources
            from Match match in Using().Matches(File.ReadAllText(file))
            let user = FolderOfFile(file)
            let used = match.Groups[1].Value
            where user != used && FloorOf[used] >= FloorOf[user]
            select $"{Path.GetRelativePath(Core, file)} (floor {FloorOf[user]}) has {match.Value} (floor {FloorOf[used]})";
        Assert.Empty(climbs);
    }
}
