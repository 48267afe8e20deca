namespace AgentSim.Tests.Architecture;

/// <summary>
/// Files fit a reader: lines of at most 140 columns, sources of at most 300 lines. Files that were wider before this test are
/// listed in WideLines.txt with their number of wide lines, which may only fall.
/// </summary>
public class FileShapeTests
{
    private const int Columns = 140;
    private const int Lines = 300;

    private static readonly string Root = TestData.PathOf("../../..");

    private static IEnumerable<(string Name, string[] Lines)> Files(params string[] folders) =>
        from folder in folders
        from path in Directory.EnumerateFiles(Path.Join(Root, folder), "*.cs", SearchOption.AllDirectories)
        let name = Path.GetRelativePath(Root, path).Replace('\\', '/')
        where !name.Contains("/obj/", StringComparison.Ordinal) && !name.Contains("/bin/", StringComparison.Ordinal)
        orderby name
        select (name, File.ReadAllLines(path));

    [Fact]
    public void Lines_have_at_most_140_columns()
    {
        string list = TestData.PathOf("../Architecture/WideLines.txt");
        (string Name, int Wide)[] actual = [.. Files("src", "tests")
            .Select(file => (file.Name, file.Lines.Count(line => line.Length > Columns))).Where(file => file.Item2 > 0)];
        if (Environment.GetEnvironmentVariable("AGENTSIM_WRITE_BASELINES") == "1")
            File.WriteAllText(list, string.Concat(actual.Select(file => $"{file.Wide} {file.Name}\n")));
        Dictionary<string, int> allowed = File.ReadAllLines(list).Select(line => line.Split(' ', 2)).ToDictionary(
            parts => parts[1], parts => int.Parse(parts[0], System.Globalization.CultureInfo.InvariantCulture));

        Assert.Empty(actual.Where(file => file.Wide > allowed.GetValueOrDefault(file.Name))
            .Select(file => $"{file.Name}: {file.Wide} lines are wider than {Columns} columns"));
    }

    [Fact]
    public void Sources_have_at_most_300_lines() =>
        Assert.Empty(Files("src").Where(file => file.Lines.Length > Lines)
            .Select(file => $"{file.Name}: {file.Lines.Length} lines"));
}
