using System.Globalization;
using System.Text.RegularExpressions;

namespace AgentSim.Tests.Architecture;

/// <summary>
/// Every folder of AgentSim.Core stands on a floor and uses only folders of lower floors, so that no two need each other and each
/// can be read with nothing but what is below it.
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
        ["Measurements", "Measures", "Recording"],
        ["Agents"],
        ["Metrics"],
        ["Simulation"],
        ["Calibration", "Live", "Timelines"],
        ["Reports", "Serving"],
        ["Sweeps"],
        ["Capacity"],
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

    // A row without a number is of the floor above it.
    [GeneratedRegex(@"^\| (\d*) ?\| ((?:`\w+`(?:, )?)+) \|", RegexOptions.Multiline)]
    private static partial Regex FloorRow();

    [GeneratedRegex(@"`(\w+)`")]
    private static partial Regex Folder();

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
    public void The_page_on_the_architecture_draws_the_same_floors()
    {
        string page = File.ReadAllText(TestData.PathOf("../../../docs/architecture.md"));
        string section = page.Split("\n## ").Single(part => part.StartsWith("The floors", StringComparison.Ordinal));
        var drawn = new List<(string Folder, int Floor)> { (Root, 0) };
        int floor = 0;
        foreach (Match row in FloorRow().Matches(section))
        {
            if (row.Groups[1].Length > 0) floor = int.Parse(row.Groups[1].Value, CultureInfo.InvariantCulture);
            drawn.AddRange(Folder().Matches(row.Groups[2].Value).Select(match => (match.Groups[1].Value, floor)));
        }

        Assert.Equal(FloorOf.Select(pair => (pair.Key, pair.Value)).Order(), drawn.Order());
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
