using AgentSim.Cli;
using AgentSim.Reports;
using AgentSim.Reports.Html;
using AgentSim.Rows;
using AgentSim.Simulation;
using AgentSim.Workload;

namespace AgentSim.Tests.Inputs;

/// <summary>Prompts that are longer than their hash ids hold at the given trace block size.</summary>
public sealed class B1CutPromptsTests : IDisposable
{
    private readonly InputBench _bench = new();

    public void Dispose() => _bench.Dispose();

    [Theory]
    [InlineData(16, null)]
    [InlineData(14, null)]      // 3 * 14 = 42
    [InlineData(13, 39)]        // one token each
    [InlineData(1, 3)]
    public void Most_rows_cut_are_refused_with_the_count_and_the_size_that_fits(int blockSize, int? kept)
    {
        var options = new WorkloadOptions { TraceBlockSize = blockSize };
        if (kept is null)
        {
            Assert.DoesNotContain(_bench.Warnings(InputBench.Rows(12), options), warning => warning.Code == "PromptsCut");
            return;
        }

        AgentSimException error = Assert.Throws<AgentSimException>(() => _bench.Warnings(InputBench.Rows(12), options));
        Assert.Equal(("PromptsCut", FaultKind.Input), (error.ErrorId, error.Kind));
        Assert.Contains($"rows.jsonl:1: 12 of 12 rows have prompts longer than their hash ids hold at {blockSize} tokens each",
            error.Message);
        Assert.Contains($"of their 480 prompt tokens {12 * (40 - kept.Value)} are lost); 16 tokens fit every row; give the right " +
            "--trace-block-size, or --allow-cut", error.In(OptionNames.Wording));
    }

    [Fact]
    public void Exactly_half_of_the_rows_may_be_cut_and_is_warned_of()
    {
        const string whole = """{"timestamp":0,"input_length":16,"output_length":1,"hash_ids":[1]}""",
            cut = """{"timestamp":0,"input_length":17,"output_length":1,"hash_ids":[1]}""";
        var options = new WorkloadOptions { TraceBlockSize = 16 };
        RunWarning warning = Assert.Single(_bench.Warnings($"{whole}\n{cut}\n{cut}\n{whole}", options));
        Assert.Equal(("PromptsCut", 2L), (warning.Code, warning.Count));
        Assert.Contains("rows.jsonl:2: 2 of 4 rows", warning.Message);
        Assert.Equal("PromptsCut", Assert.Throws<AgentSimException>(() => _bench.Warnings($"{whole}\n{cut}\n{cut}", options)).ErrorId);
        Assert.Equal(2, Assert.Single(_bench.Warnings($"{whole}\n{cut}\n{cut}", options with { AllowCut = true })).Count);
    }

    [Theory]
    [InlineData(TraceFormat.Mooncake)]
    [InlineData(TraceFormat.MooncakeDelta)]
    public void Rows_from_memory_and_deltas_follow_the_same_rule(TraceFormat format)
    {
        MooncakeRow[] rows = [.. Enumerable.Range(0, 3).Select(i =>
            new MooncakeRow { InputLength = 33, OutputLength = 1, Timestamp = i, HashIds = [1, 2] })];
        var options = new WorkloadOptions { Format = format, TraceBlockSize = 16 };
        Assert.Equal("PromptsCut", Assert.Throws<AgentSimException>(() => WorkloadLoader.FromRows(rows, options)).ErrorId);
        ReplayWorkload allowed = WorkloadLoader.FromRows(rows, options with { AllowCut = true });
        Assert.Equal(3, Assert.Single(allowed.Warnings).Count);
        Assert.Equal(96, Replay.Run(allowed, new ReplaySettings()).Summary.TotalInputTokens);
    }

    [Fact]
    public void Table_report_result_page_and_Markdown_show_it_and_the_numbers_stay()
    {
        _bench.Folder.Write("rows.jsonl", InputBench.Rows(6) + InputBench.Rows(4, hashes: ",\"hash_ids\":[7]"));
        (int code, string output, string error) = _bench.Run(
            "replay", "rows.jsonl", "--trace-block-size", "16", "--report-json", "report.json", "--report-html", "page.html");
        Assert.Equal(0, code);
        const string sentence = "rows.jsonl:7: 4 of 10 rows have prompts longer than their hash ids hold at 16 tokens each";
        Assert.Contains("agentsim: warning: " + sentence, error);
        Assert.Contains("Warning: " + sentence, output);
        Assert.Contains(sentence, File.ReadAllText(_bench.Folder.File("page.html")));
        (string Code, long Count, string Message) warning = Assert.Single(_bench.ReportWarnings());
        Assert.Equal(("PromptsCut", 4L), (warning.Code, warning.Count));
        Assert.StartsWith(sentence, warning.Message);

        ReplayResult result = Replay.Run(WorkloadLoader.Load([_bench.Folder.File("rows.jsonl")],
            new WorkloadOptions { TraceBlockSize = 16 }), new ReplaySettings());
        Assert.Equal((6 * 40) + (4 * 16), result.Summary.TotalInputTokens);
        Assert.Equal(result.Run.Warnings, result.Warnings);
        var markdown = new MemoryStream();
        ReportMarkdown.Write(markdown, [new ReportedRun(result)]);
        Assert.Contains("## Warnings", System.Text.Encoding.UTF8.GetString(markdown.ToArray()));
        var page = new MemoryStream();
        HtmlReport.Write(page, [new ReportedRun(result), new ReportedRun(result, "other")]);
        Assert.Contains("<div class=\"note\" id=\"warnings\">", System.Text.Encoding.UTF8.GetString(page.ToArray()));
    }

    [Fact]
    public void The_command_line_refuses_and_allows_on_request_and_the_report_says_that_it_was_asked()
    {
        _bench.Folder.Write("rows.jsonl", InputBench.Rows(6));
        (int code, string output, string error) = _bench.Run("replay", "rows.jsonl", "--trace-block-size", "8", "--report-json",
            "report.json");
        Assert.Equal((1, ""), (code, output));
        Assert.StartsWith("agentsim: rows.jsonl:1: 6 of 6 rows", error);
        Assert.False(File.Exists(_bench.Folder.File("report.json")));
        Assert.Equal(0, _bench.Run("replay", "rows.jsonl", "--trace-block-size", "8", "--allow-cut", "--report-json", "report.json").Code);
        Assert.Contains("\"allow_cut\": true", File.ReadAllText(_bench.Folder.File("report.json")));
    }

    [Fact]
    public void A_report_without_warnings_has_no_word_of_them()
    {
        _bench.Folder.Write("rows.jsonl", InputBench.Rows(3));
        (int code, string output, string error) = _bench.Run("replay", "rows.jsonl", "--trace-block-size", "16", "--report-json",
            "report.json", "--report-html", "page.html");
        Assert.Equal((0, ""), (code, error));
        Assert.DoesNotContain("arning", output + File.ReadAllText(_bench.Folder.File("report.json")));
        Assert.DoesNotContain("id=\"warnings\"", File.ReadAllText(_bench.Folder.File("page.html")));
    }

    [Fact]
    public void Rows_without_input_length_say_what_their_length_is_taken_for()
    {
        RunWarning warning = Assert.Single(_bench.Warnings("""{"timestamp":0,"output_length":1,"hash_ids":[1,2]}"""));
        Assert.Equal(("InputLengthMissing", 1L), (warning.Code, warning.Count));
        Assert.Contains("512 tokens each (trace block size)", warning.Message);
    }

    [Theory]
    [InlineData("de-DE")]
    [InlineData("fr-FR")]
    public void The_sentence_is_the_same_in_every_country(string culture)
    {
        string text = InputBench.Rows(2000) + InputBench.Rows(1500, hashes: ",\"hash_ids\":[7]");
        string here = Assert.Single(_bench.Warnings(text, new WorkloadOptions { TraceBlockSize = 16 })).Message;
        InputBench.In(culture, () =>
            Assert.Equal(here, Assert.Single(_bench.Warnings(text, new WorkloadOptions { TraceBlockSize = 16 })).Message));
    }
}
