using AgentSim.Cli;
using AgentSim.Tests.Reports.Html;

namespace AgentSim.Tests.Cli;

/// <summary>The page of <c>agentsim compare</c>, and that of <c>agentsim sweep</c>.</summary>
public sealed class CompareCommandTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public CompareCommandTests()
    {
        _folder.Write("rows.jsonl", Pages.Agentic);
        foreach (string workers in (string[])["1", "2"])
        {
            Assert.Equal(0, Run("replay", _folder.File("rows.jsonl"), "--trace-format", "agentic_mooncake", "--trace-block-size", "16",
                "--num-workers", workers, "--extra-engine-args", """{"block_size":16}""", "--report-json", _folder.File($"{workers}.json"),
                "--report-jsonl", _folder.File($"{workers}.jsonl")));
        }
    }

    public void Dispose() => _folder.Dispose();

    private static int Run(params string[] arguments) => CommandLine.Run(arguments, CancellationToken.None);

    private int Compare(params string[] options) => Run(["compare", _folder.File("1.json"), _folder.File("2.json"), .. options]);

    [Fact]
    public void Reports_with_their_logs_become_a_page_of_differences_plots_and_lanes()
    {
        string page = _folder.File("out/page.html");
        Assert.Equal(0, Compare("--report-html", page, "--report-jsonl", _folder.File("1.jsonl"), _folder.File("2.jsonl"), "--fail-on",
            "p99_ttft_ms>+500%", "--name", "one", "two"));
        string html = File.ReadAllText(page);
        Assert.Contains("<div id=\"differences\"", html);
        Assert.Contains("p99_ttft_ms", html);
        Assert.Equal(["one", "two"], Pages.Data(html).GetProperty("runs").EnumerateArray().Select(name => name.GetString()));
        Assert.Equal([3, 3], Lanes(html));

        Assert.Equal(0, Compare("--report-html", page, "--report-jsonl", "", _folder.File("2.jsonl")));
        html = File.ReadAllText(page);
        Assert.Equal(["1", "2"], Pages.Data(html).GetProperty("runs").EnumerateArray().Select(name => name.GetString()));
        Assert.Equal([0, 3], Lanes(html));
        Assert.Contains("since no request log was given", html);

        static IEnumerable<int> Lanes(string page) => Pages.Data(page).GetProperty("lanes").EnumerateArray()
            .Select(run => run.GetProperty("names").GetArrayLength());
    }

    [Fact]
    public void A_missed_limit_is_on_the_page_and_in_the_exit_code()
    {
        string page = _folder.File("page.html");
        Assert.Equal(1, Compare("--report-html", page, "--fail-on", "mean_ttft_ms>0.001"));
        Assert.Contains("mean_ttft_ms is ", File.ReadAllText(page));
    }

    [Fact]
    public void What_cannot_be_a_page_leaves_an_old_one_alone()
    {
        string page = _folder.Write("page.html", "old"), one = _folder.File("1.jsonl"), two = _folder.File("2.jsonl");
        string[] before = _folder.Everything;
        Assert.Equal(1, Compare("--report-html", page, "--report-jsonl", two, one));                       // each of the other run
        Assert.Equal(1, Compare("--report-html", page, "--report-jsonl", one, _folder.File("none.jsonl")));
        Assert.Equal(1, Compare("--report-html", page, "--report-jsonl", one, _folder.File("rows.jsonl")));
        Assert.Equal(2, Compare("--report-html", page, "--report-jsonl", one));
        Assert.Equal(2, Compare("--report-html", page, "--name", "one"));
        Assert.Equal(2, Compare("--report-jsonl", one, two));
        Assert.Equal(2, Compare("--report-html", _folder.File("1.json")));
        Assert.Equal(2, Compare("--report-html", two, "--report-jsonl", one, two));
        Assert.Equal(2, Run("compare", _folder.File("1.json"), "--report-html", page, "--fail-on", "mean_ttft_ms>5"));
        Assert.Equal(1, Compare("--report-html", _folder.Path));
        Assert.Equal("old", File.ReadAllText(page));
        Assert.Equal(before, _folder.Everything);
    }

    [Fact]
    public void A_sweep_compares_its_replays_on_a_page()
    {
        string page = _folder.File("page.html");
        string[] call = ["sweep", _folder.File("rows.jsonl"), "--trace-format", "agentic_mooncake", "--trace-block-size", "16",
            "--extra-engine-args", """{"block_size":16}""", "--report-html", page];
        Assert.Equal(0, Run([.. call, "--num-workers", "1", "2", "--jobs", "2"]));
        string html = File.ReadAllText(page);
        Assert.Equal(["num_workers 1", "num_workers 2"],
            Pages.Data(html).GetProperty("runs").EnumerateArray().Select(name => name.GetString()));
        Assert.Contains("<section id=\"tasks\"", html);   // all that the page of live replays has

        File.WriteAllText(page, "old");
        Assert.Equal(2, Run([.. call, "--num-workers", "1", "--checkpoint", _folder.File("points")]));
        Assert.Equal(2, Run([.. call, "--router-seed", .. Enumerable.Range(1, 17).Select(seed => $"{seed}")]));
        Assert.Equal("old", File.ReadAllText(page));
    }
}
