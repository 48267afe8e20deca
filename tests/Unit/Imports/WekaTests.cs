using System.Globalization;
using System.Text;
using AgentSim.Imports;

namespace AgentSim.Tests.Imports;

public sealed class WekaTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_trace_becomes_a_session_whose_prompts_share_what_their_ids_share()
    {
        ImportLab import = ImportLab.Read(Write("a.json", Trace("t1", Call(0, 200, 5, [1, 2, 3], api: 2.5),
            Call(10, 330, 7, [1, 2, 3, 4, 5]), Call(20, 256, 1, [1, 2, 9, 10]))));

        Assert.Equal(["weka:t1:0", "weka:t1:1", "weka:t1:2"], import.Requests.Select(request => request.RequestId));
        Assert.All(import.Requests, request => Assert.Equal("t1", request.SessionId));
        Assert.Equal([(0, 2500), (10_000, 11_000), (20_000, 21_000)],
            import.Requests.Select(request => ((int)request.ReceivedUnixMs, (int)request.EventUnixMs)));
        Assert.Equal(3, ImportLab.Shared(import.Requests[0], import.Requests[1]));
        Assert.Equal(2, ImportLab.Shared(import.Requests[1], import.Requests[2]));
        Assert.Equal(3, import.Summary.Prefixes[PrefixOrigin.Recorded]);
    }

    [Fact]
    public void A_partial_last_block_is_never_that_of_another_prompt()
    {
        // Both end 8 tokens into a fourth block. Producers differ in whether they give it an id.
        ImportLab import = ImportLab.Read(Write("a.json", Trace("t1", Call(0, 200, 5, [1, 2, 3]), Call(9, 200, 5, [1, 2, 3]),
            Call(18, 200, 5, [1, 2, 3, 4]), Call(27, 300, 5, [1, 2, 3, 4]))));

        Assert.All(import.Requests.Take(3), request => Assert.Equal(4, request.InputSequenceHashes!.Length));
        Assert.Equal(4, import.Requests.Select(request => request.InputSequenceHashes![3]).Distinct().Count());
    }

    [Fact]
    public void Too_few_ids_leave_the_rest_of_a_prompt_to_itself_and_too_many_are_ignored()
    {
        ImportLab import = ImportLab.Read(Write("a.json", Trace("t1", Call(0, 640, 5, [1, 2]), Call(9, 640, 5, [1, 2]),
            Call(18, 64, 5, [1, 2, 3, 4]))));

        Assert.Equal(2, ImportLab.Shared(import.Requests[0], import.Requests[1]));
        Assert.Equal(1, ImportLab.Shared(import.Requests[0], import.Requests[2]));
    }

    [Fact]
    public void A_call_without_ids_shares_nothing()
    {
        ImportLab import = ImportLab.Read(Write("a.json", Trace("t1", Call(0, 128, 5, [1, 2]), Call(9, 128, 5, null),
            Call(18, 128, 5, null), Call(27, 128, 5, [1, 2]))));

        Assert.Equal(0, ImportLab.Shared(import.Requests[1], import.Requests[2]));
        Assert.Equal(2, ImportLab.Shared(import.Requests[0], import.Requests[3]));
        Assert.Equal(2, import.Summary.Prefixes[PrefixOrigin.None]);
    }

    [Theory]
    [InlineData("local", 0)]
    [InlineData("global", 2)]
    public void Ids_of_two_traces_are_equal_only_if_their_scope_is_global(string scope, int shared)
    {
        ImportLab import = ImportLab.Read(Write("a.jsonl", Scoped("t1", scope, Call(0, 128, 5, [1, 2])) + "\n"
            + Scoped("t2", scope, Call(0, 128, 5, [1, 2]))));

        Assert.Equal(2, import.Summary.Sessions);
        Assert.Equal(shared, ImportLab.Shared(import.Requests[0], import.Requests[1]));
    }

    [Theory]
    [InlineData(16)]
    [InlineData(128)]
    public void Other_block_sizes_stay_or_are_cut_anew(int size)
    {
        ulong[] first = [.. Enumerable.Range(1, 640 / size).Select(id => (ulong)id)], second = [.. first, 900, 901];
        string file = Write("a.json", Trace("t1", Call(0, 640, 5, first), Call(9, 640 + (2 * size), 5, second))
            .Replace("\"block_size\":64", $"\"block_size\":{size}", StringComparison.Ordinal));

        ImportLab asIs = ImportLab.Read(file);
        Assert.Equal(size, asIs.Summary.TraceBlockSize);
        Assert.Equal(640 / size, ImportLab.Shared(asIs.Requests[0], asIs.Requests[1]));

        ImportLab cut = ImportLab.Read(new ImportOptions { TraceBlockSize = 64 }, file);
        Assert.Equal(10, ImportLab.Shared(cut.Requests[0], cut.Requests[1]));
    }

    [Fact]
    public void Ids_too_large_to_stay_consecutive_are_told_apart_too()
    {
        ImportLab import = ImportLab.Read(Write("a.json", Trace("t1", Call(0, 192, 5, [ulong.MaxValue, 1UL << 40, 7]),
            Call(9, 192, 5, [ulong.MaxValue, 1UL << 40, 8]))));

        Assert.Equal(2, ImportLab.Shared(import.Requests[0], import.Requests[1]));
        Assert.Equal(4, import.Requests.SelectMany(request => request.InputSequenceHashes!).Distinct().Count());
    }

    [Fact]
    public void What_a_call_says_of_itself_is_kept_and_what_it_does_not_say_is_marked()
    {
        ImportLab import = ImportLab.Read(Write("a.json", Trace("t1",
            """{"t":0,"type":"s","model":"opus","in":64,"out":9,"hash_ids":[1],"stop":"max_tokens","api_time":4,"ttft":0.25,"think_time":0}""",
            """{"t":5,"type":"s","model":"haiku","in":64,"out":0,"hash_ids":[1],"stop":""}""")));

        Assert.Equal(("opus", 250.0, "length", "recorded"), (import.Requests[0].Model!, import.Requests[0].TtftMs!.Value,
            import.Requests[0].Finish!.Reason, import.Requests[0].Import!.Times));
        Assert.Equal(("haiku", "estimated", 5000L), (import.Requests[1].Model!, import.Requests[1].Import!.Times,
            import.Requests[1].EventUnixMs));
        Assert.Null(import.Requests[1].Finish);
        Assert.Equal(0, import.Requests[1].OutputTokens);
    }

    [Fact]
    public void Copies_of_a_trace_count_once_and_different_traces_of_one_name_stay_apart()
    {
        string first = Trace("t1", Call(0, 64, 5, [1])), other = Trace("t1", Call(0, 64, 6, [1]), Call(9, 64, 6, [1]));
        string[] files = [Write("a.json", first), Write("b.json", other), Write("copy.json", first)];

        ImportLab import = ImportLab.Read(files);
        Assert.Equal((2, 3, 1L), (import.Summary.Sessions, import.Summary.Requests, import.Dropped("repeated")));
        Assert.All(import.Requests, request => Assert.StartsWith("t1~", request.SessionId!, StringComparison.Ordinal));
        Assert.Equal(import.Bytes, ImportLab.Read([.. files.Reverse()]).Bytes);
    }

    [Fact]
    public void A_trace_without_an_id_is_named_after_its_file() =>
        Assert.Equal("my-trace", ImportLab.Read(Write("my-trace.json", Trace("t1", Call(0, 64, 5, [1]))
            .Replace("\"id\":\"t1\",", "", StringComparison.Ordinal))).Requests[0].SessionId);

    [Fact]
    public void Files_over_many_lines_arrays_lines_and_archives_are_the_same()
    {
        string one = Trace("t1", Call(0, 64, 5, [1]), Call(9, 128, 6, [1, 2])), two = Trace("t2", Call(0, 64, 5, [1]));
        byte[] expected = ImportLab.Read(Write("1.json", one), Write("2.json", two)).Bytes;

        string spread = one.Replace(",", ",\r\n  ", StringComparison.Ordinal);
        Assert.Equal(expected, ImportLab.Read(Write("lines.jsonl", one + "\r\n\r\n" + two + "\r\n")).Bytes);
        Assert.Equal(expected, ImportLab.Read(Write("array.json", $"[\n{spread},\n{two}]")).Bytes);
        Assert.Equal(expected, ImportLab.Read(Write("spread.json", "\uFEFF" + spread + "\n" + two)).Bytes);
        Assert.Equal(expected, ImportLab.Read(_folder.Write("packed.jsonl.gz", TempFolder.Gzip(two + "\n" + one))).Bytes);
    }

    [Fact]
    public void A_prompt_of_many_megabytes_is_read()
    {
        ulong[] ids = [.. Enumerable.Range(1, 1_500_000).Select(id => (ulong)id)];
        ImportLab import = ImportLab.Read(Write("a.json", Trace("t1", Call(0, 64 * ids.Length, 5, ids), Call(9, 64 * ids.Length, 5, ids))));

        Assert.Equal(ids.Length, ImportLab.Shared(import.Requests[0], import.Requests[1]));
    }

    private string Write(string name, string content) => _folder.Write(name, content);

    internal static string Trace(string id, params string[] entries) => Scoped(id, "local", entries);

    internal static string Scoped(string id, string scope, params string[] entries) =>
        $"{{\"id\":\"{id}\",\"models\":[\"m\"],\"block_size\":64,\"hash_id_scope\":\"{scope}\",\"tool_tokens\":10,\"system_tokens\":5,"
        + $"\"requests\":[{string.Join(',', entries)}],\"totals\":{{\"x\":[1,{{\"requests\":2}}]}}}}";

    internal static string Call(double t, long input, long output, ulong[]? ids, double api = 1)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture,
            $$"""{"t":{{t}},"type":"n","model":"m","in":{{input}},"out":{{output}},"api_time":{{api}}""");
        if (ids is not null) text.Append(CultureInfo.InvariantCulture, $",\"hash_ids\":[{string.Join(',', ids)}]");
        return text.Append(",\"stop\":\"tool_use\",\"think_time\":1.0}").ToString();
    }
}
