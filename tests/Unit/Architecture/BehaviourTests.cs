using System.Globalization;
using System.Text.RegularExpressions;

namespace AgentSim.Tests.Architecture;

/// <summary>
/// docs/behaviour says what AgentSim computes, and comments cite it: <c>behaviour NN#ANCHOR</c> is an anchor of the page whose
/// name begins with NN, <c>behaviour NN</c> the whole page. Every citation finds its place, in the code, in the tests and on the pages.
/// </summary>
public partial class BehaviourTests
{
    private static readonly string Root = TestData.PathOf("../../..");

    private static readonly Dictionary<string, Page> Pages = Directory.EnumerateFiles(Path.Combine(Root, "docs", "behaviour"), "*.md")
        .Select(Page.Read).ToDictionary(page => page.Number);

    private sealed record Page(string Number, string Name, string[] Lines, HashSet<string> Anchors)
    {
        public static Page Read(string file)
        {
            string[] lines = File.ReadAllLines(file);
            string[] anchors = [.. lines.SelectMany(line => Anchor().Matches(line)).Select(match => match.Groups[1].Value)];
            Assert.Equal(anchors.Distinct(), anchors);
            return new Page(Path.GetFileName(file)[..2], Path.GetFileName(file), lines, [.. anchors]);
        }
    }

    [GeneratedRegex("<a id=\"([^\"]+)\"></a>")]
    private static partial Regex Anchor();

    [GeneratedRegex(@"^#+ (?:Part )?((?:[A-C]\.?)?\d+(?:\.\d+)*|[A-C](?= ))")]
    private static partial Regex NumberedHeading();

    [GeneratedRegex(@"\b(0\d)#(\w(?:[\w.-]*\w)?)")]
    private static partial Regex Citation();

    [GeneratedRegex(@"\b[Bb]ehaviour (0\d)\b(?!#)")]
    private static partial Regex WholePage();

    [GeneratedRegex(@"\b[Ss]pecification\s+(?:///?\s+)?0\d\b")]
    private static partial Regex OldForm();

    [GeneratedRegex(@"§((?:[A-C]\.?)?\d+(?:\.\d+)*|[A-C]\b)")]
    private static partial Regex OwnSection();

    [GeneratedRegex(@"\b(0\d), ((?:[A-C]\.?)?[1-9]\d*(?:\.\d+)*|[A-C](?:\.\d+)*\b)")]
    private static partial Regex OtherSection();

    [GeneratedRegex(@"\]\((0\d)-[\w-]+\.md(?:#([\w.-]+))?\)")]
    private static partial Regex PageLink();

    private static IEnumerable<string> Code =>
        from folder in (string[])["src", "tests", "bench", "build"]
        from file in Directory.EnumerateFiles(Path.Combine(Root, folder), "*.*", SearchOption.AllDirectories)
        where file.EndsWith(".cs", StringComparison.Ordinal) || file.EndsWith(".py", StringComparison.Ordinal)
        || file.EndsWith(".ps1", StringComparison.Ordinal)
        where !file.Split(Path.DirectorySeparatorChar).Any(part => part is "bin" or "obj" or "Data")
        select file;

    private static bool Exists(string page, string anchor) =>
        Pages.TryGetValue(page, out Page? found) && (anchor.Length == 0 || found.Anchors.Contains(anchor));

    // The matches of a pattern in a text that name nothing, with file and line.
    private static IEnumerable<string> Dangling(string file, string text, Regex pattern, Func<Match, bool> exists) =>
        from Match match in pattern.Matches(text)
        where !exists(match)
        select string.Create(CultureInfo.InvariantCulture,
            $"{Path.GetRelativePath(Root, file)}:{text.AsSpan(0, match.Index).Count('\n') + 1}: {match.Value}");

    [Fact]
    public void Every_citation_in_the_code_and_the_tests_finds_its_anchor()
    {
        int citations = 0;
        var dangling = new List<string>();
        foreach (string file in Code)
        {
            string text = File.ReadAllText(file);
            citations += Citation().Count(text);
            dangling.AddRange(Dangling(file, text, Citation(), match => Exists(match.Groups[1].Value, match.Groups[2].Value)));
            dangling.AddRange(Dangling(file, text, WholePage(), match => Exists(match.Groups[1].Value, "")));
            dangling.AddRange(Dangling(file, text, OldForm(), _ => false));
        }

        Assert.Empty(dangling);
        Assert.True(citations > 250, $"only {citations} citations were found");
    }

    [Fact]
    public void Every_numbered_heading_has_its_number_as_anchor()
    {
        IEnumerable<string> without =
            from page in Pages.Values
            from line in page.Lines
            let heading = NumberedHeading().Match(line)
            where heading.Success && heading.Groups[1].Value != page.Number && !page.Anchors.Contains(heading.Groups[1].Value)
            select $"{page.Name}: {line}";
        Assert.Empty(without);
    }

    [Fact]
    public void The_pages_cite_only_sections_that_exist()
    {
        var dangling = new List<string>();
        foreach (Page page in Pages.Values)
        {
            string text = string.Join('\n', page.Lines);
            string file = Path.Combine(Root, "docs", "behaviour", page.Name);
            dangling.AddRange(Dangling(file, text, OwnSection(), match => page.Anchors.Contains(match.Groups[1].Value)));
            dangling.AddRange(Dangling(file, text, OtherSection(), match => Exists(match.Groups[1].Value, match.Groups[2].Value)));
            dangling.AddRange(Dangling(file, text, PageLink(), match => Exists(match.Groups[1].Value, match.Groups[2].Value)));
        }

        Assert.Empty(dangling);
    }
}
