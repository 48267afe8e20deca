using AgentSim.Imports;

namespace AgentSim.Tests.Imports;

/// <summary>Files that are damaged give what they hold, and the summary says what they lack.</summary>
public sealed class WekaDamageTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly string _one = WekaTests.Trace("t1", WekaTests.Call(0, 64, 5, [1]), WekaTests.Call(9, 128, 6, [1, 2]),
        WekaTests.Call(18, 128, 6, [1, 2]));
    private readonly string _two = WekaTests.Trace("t2", WekaTests.Call(0, 64, 5, [1]));

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Of_a_trace_that_ends_in_the_middle_the_calls_before_stay()
    {
        int cut = _one.LastIndexOf("\"in\"", StringComparison.Ordinal) + 5;
        ImportLab import = ImportLab.Read(_folder.Write("a.json", _one[..cut]));

        Assert.Equal((2, 1L), (import.Summary.Requests, import.Dropped("truncated_lines")));
        Assert.Contains("the 2 calls before it were kept", Assert.Single(import.Summary.Dropped).Examples[0], StringComparison.Ordinal);
    }

    [Fact]
    public void Of_an_agent_that_ends_in_the_middle_the_calls_before_stay()
    {
        string agent = $$"""{"t":8,"type":"subagent","agent_id":"a","duration_ms":6000,"status":"completed","requests":[{{WekaTests.Call(0, 64, 5, [5])}},{{WekaTests.Call(3, 64, 5, [5])}}]}""";
        string trace = WekaTests.Trace("t", WekaTests.Call(0, 64, 5, [1]), agent);
        ImportLab import = ImportLab.Read(_folder.Write("a.json", trace[..trace.LastIndexOf("\"hash_ids\"", StringComparison.Ordinal)]));

        Assert.Equal(["weka:t/a:0", "weka:t:0"], import.Requests.Select(request => request.RequestId).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_line_that_is_broken_costs_only_what_is_behind_the_break()
    {
        string broken = WekaTests.Trace("t3", WekaTests.Call(0, 64, 5, [1]), WekaTests.Call(9, 64, 5, [1]));
        ImportLab import = ImportLab.Read(_folder.Write("a.jsonl",
            _one + "\n" + broken.Replace("\"t\":9", "\"t\":9x", StringComparison.Ordinal) + "\nnonsense\n" + _two + "\n"));

        Assert.Equal(["t1", "t2", "t3"], import.Requests.Select(request => request.SessionId!).Distinct().Order(StringComparer.Ordinal));
        Assert.Equal((5, 1L), (import.Summary.Requests, import.Dropped("malformed_lines")));
        Assert.Contains("a.jsonl:2:", Assert.Single(import.Summary.Dropped).Examples[0], StringComparison.Ordinal);
    }

    [Fact]
    public void A_strict_import_ends_at_a_fault()
    {
        string file = _folder.Write("a.jsonl", "nonsense\n" + _two);
        AgentSimException error = Assert.Throws<AgentSimException>(() =>
            LogImport.Read([file], new ImportOptions { IsStrict = true, Format = "weka" }));

        Assert.Contains("a.jsonl:1", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Entries_that_are_no_calls_are_left_out_and_counted()
    {
        ImportLab import = ImportLab.Read(_folder.Write("a.json", WekaTests.Trace("t", WekaTests.Call(0, 64, 5, [1]), """{"type":"note"}""",
            "7", """{"t":"later","type":"n","in":-3,"out":1,"hash_ids":["x"]}""")));

        Assert.Equal((1, 1L), (import.Summary.Requests, import.Dropped("unusable_entries")));
        Assert.Contains("3 entries", Assert.Single(import.Summary.Dropped).Examples[0], StringComparison.Ordinal);
    }

    [Fact]
    public void An_archive_cut_short_gives_what_was_in_it()
    {
        byte[] packed = TempFolder.Gzip(_two + "\n" + WekaTests.Trace("t9",
            [.. Enumerable.Range(0, 3000).Select(i => WekaTests.Call(i * 9, 64 * (1 + (i % 50)), i,
                [.. Enumerable.Range(i, 40).Select(id => (ulong)(id * 7919 % 100_000))]))]));
        ImportLab import = ImportLab.Read(_folder.Write("a.jsonl.gz", packed[..(packed.Length * 2 / 3)]));

        Assert.InRange(import.Summary.Requests, 100, 3000);
        Assert.Equal(1, import.Dropped("malformed_lines"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("""{"id":"t","hash_id_scope":"local","requests":[]}""")]
    [InlineData("""{"id":"t","hash_id_scope":"local","requests":{"a":1}}""")]
    public void A_file_without_calls_is_an_error_that_says_so(string content)
    {
        string file = _folder.Write("a.json", content);
        AgentSimException error = Assert.Throws<AgentSimException>(() => LogImport.Read([file], new ImportOptions { Format = "weka" }));

        Assert.Equal("ImportEmpty", error.ErrorId);
        Assert.Contains("a.json", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(3)]
    [InlineData(12)]
    public void A_packed_file_that_is_cut_off_or_followed_by_something_gives_what_it_holds(int cut)
    {
        byte[] packed = TempFolder.Gzip(_one[..^40]);
        foreach (byte[] damaged in (byte[][])[packed[..^cut], [.. packed, .. new byte[cut], 1]])
        {
            ImportLab import = ImportLab.Read(_folder.Write("a.json.gz", damaged));

            Assert.Equal(2, import.Summary.Requests);
            Assert.Contains("cannot be read on", Assert.Single(import.Summary.Dropped).Examples[0], StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Bytes_that_are_no_text_become_replacement_characters()
    {
        byte[] bytes = System.Text.Encoding.Latin1.GetBytes(
            _one.Replace("\"model\":\"m\"", "\"model\":\"m\u00ff\"", StringComparison.Ordinal));

        Assert.Equal("m\ufffd", ImportLab.Read(_folder.Write("a.json", bytes)).Requests[0].Model);
    }

    [Fact]
    public void Times_before_zero_and_beyond_all_reason_do_no_harm()
    {
        ImportLab import = ImportLab.Read(_folder.Write("a.json",
            WekaTests.Trace("t", WekaTests.Call(-5, 64, 5, [1], api: -2), WekaTests.Call(3, 64, 5, [1]), WekaTests.Call(2, 64, 5, [1]))));

        Assert.Equal([0L, 2000, 3000], import.Requests.Select(request => request.ReceivedUnixMs).Order());
    }
}
