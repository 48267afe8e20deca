using System.Text.Json;
using AgentSim.Metrics;
using AgentSim.Recording;
using AgentSim.Reports;
using AgentSim.Simulation;
using AgentSim.Tests.Reports.Html;
using AgentSim.Tests.Simulation;

namespace AgentSim.Tests.Reports;

public sealed class StoredRunTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(1, false)]
    [InlineData(3, false)]
    [InlineData(1, true)]
    public void A_page_of_files_shows_what_that_of_the_replays_shows(int workers, bool pools)
    {
        ReplayResult[] live = pools ? [InPools(1), InPools(2)] : [Pages.AgenticRun(), Pages.AgenticRun(workers)];
        ReplayResult[] stored = [.. live.Select((result, i) => Stored(result, $"{i}"))];
        string[] names = ["first", "second"];
        string expected = Pages.Html([.. live.Select((result, i) => new ReportedRun(result, names[i]))]);
        string page = Pages.Html([.. stored.Select((result, i) => new ReportedRun(result, names[i]))]);
        foreach (string part in (string[])["summary", "slowest", "settings"]) Assert.Equal(Part(expected, part), Part(page, part));
        JsonElement was = Pages.Data(expected), data = Pages.Data(page);
        foreach (string part in (string[])["runs", "load", "reuse"]) Assert.Equal(Text(was, part), Text(data, part));
        foreach (string distribution in (string[])["ttft", "tpot", "latency"])
            Assert.Equal(Text(was.GetProperty("distributions"), distribution), Text(data.GetProperty("distributions"), distribution));
        Assert.False(data.GetProperty("distributions").TryGetProperty("itl", out _));
        for (int run = 0; run < live.Length; run++)
        {
            Assert.Equal(Names(was, run), Names(data, run));
            Assert.Equal(live[run].Workers, stored[run].Workers);
            Assert.Equal(live[run].Summary.Metrics, stored[run].Summary.Metrics);
        }

        Assert.Contains("its gaps between tokens, waits and tasks are not there", page);
        Assert.DoesNotContain("<section id=\"tasks\"", page);

        static string Text(JsonElement holder, string name) => holder.GetProperty(name).GetRawText();
        static IEnumerable<string> Names(JsonElement data, int run) => data.GetProperty("lanes")[run].GetProperty("names").EnumerateArray()
            .Select(name => name.GetString()!).Order(StringComparer.Ordinal);
    }

    [Fact]
    public void Every_property_of_a_summary_comes_back_from_its_metrics()
    {
        ReplayResult live = Pages.AgenticRun(settings: Sim.Settings() with { ServiceLevel = new ServiceLevel(TtftMs: 5, E2eMs: 30) });
        ReplayResult stored = Stored(live, "one");
        foreach (System.Reflection.PropertyInfo property in typeof(ReplayReport).GetProperties().Where(each =>
            each.GetIndexParameters().Length == 0))
            Assert.Equal(property.GetValue(live.Summary), property.GetValue(stored.Summary));
        Assert.Equal(live.Run.Settings.Keys, stored.Run.Settings.Keys);
        Assert.Equal((live.Run.Timing, live.Run.Name), (stored.Run.Timing, stored.Run.Name));
    }

    [Fact]
    public void A_report_alone_gives_a_page_without_requests_that_says_so()
    {
        ReplayResult live = Pages.AgenticRun();
        ReplayResult stored = StoredRun.Read(_folder.Write("r.json", Report(live)));
        Assert.Empty(stored.Requests);
        string page = Pages.Html(stored);
        Assert.Contains("its requests are not there, since no request log was given", page);
        // One of the reference says nothing of its run.
        string reference = _folder.Write("theirs.json", """{"completed_requests":1,"mean_ttft_ms":2.5,"num_requests":1}""");
        Assert.Contains("2.5", Pages.Html(StoredRun.Read(reference)));
        Assert.Equal(double.PositiveInfinity, StoredRun.Read(reference).Summary.Ttft.P99);
    }

    [Fact]
    public void A_log_of_another_run_is_refused_and_a_line_that_is_none_named()
    {
        ReplayResult one = Pages.AgenticRun(), slow = Pages.AgenticRun(settings: Sim.Settings() with { ArrivalSpeedupRatio = 0.5 });
        string report = _folder.Write("r.json", Report(one));
        string log = _folder.Write("r.jsonl", Log(one));
        Refused("RequestLogOther", _folder.Write("other.jsonl", Log(slow)), 0);
        Refused("RequestLogOther", _folder.Write("empty.jsonl", ""), 0);
        string[] lines = File.ReadAllLines(log);
        Refused("RequestRecordInvalid", _folder.Write("twice.jsonl", string.Join('\n', lines.Append(lines[0]))), 5);
        Refused("RequestRecordInvalid", report, 1);
        string before = lines[0].Replace("\"arrival_time_ms\":0.0", "\"arrival_time_ms\":-1.0");
        Refused("RequestRecordInvalid", _folder.Write("before.jsonl", before), 1);
        string far = string.Join('\n', lines).Replace("-000000000001\"", "-00007fffffff\"");
        Refused("RequestRecordInvalid", _folder.Write("far.jsonl", far), 1);
        string worker = lines[0].Replace("\"decode_worker_idx\":null", "\"decode_worker_idx\":2147483647");
        Refused("RequestRecordInvalid", _folder.Write("worker.jsonl", worker), 1);

        void Refused(string id, string path, int line)
        {
            AgentSimException error = Assert.Throws<AgentSimException>(() => StoredRun.Read(report, path));
            Assert.Equal(id, error.ErrorId);
            Assert.Contains(line == 0 ? path : $"{path}:{line}", error.Message);
        }
    }

    // Agentic rows are not replayed in pools.
    private static ReplayResult InPools(int decodeWorkers)
    {
        ReplaySettings settings = Sim.PoolSettings("""{"block_size":16}""", """{"block_size":16}""");
        return Sim.Run(
            """
            {"session_id":"A","timestamp":0,"input_length":32,"output_length":3,"hash_ids":[1,2]}
            {"session_id":"A","delay":10,"input_length":64,"output_length":2,"hash_ids":[1,2,3,4]}
            {"session_id":"B","timestamp":5,"input_length":16,"output_length":4,"hash_ids":[9]}
            """,
            settings with { Pools = settings.Pools! with { PrefillWorkers = 2, DecodeWorkers = decodeWorkers } });
    }

    private ReplayResult Stored(ReplayResult result, string name) =>
        StoredRun.Read(_folder.Write($"{name}.json", Report(result)), _folder.Write($"{name}.jsonl", Log(result)));

    private static byte[] Report(ReplayResult result) => Written(stream => ReportWriter.Write(stream, result.Summary, result.Run));

    private static byte[] Log(ReplayResult result) => Written(stream => RequestLogWriter.Write(stream, result.Requests));

    private static byte[] Written(Action<Stream> write)
    {
        var stream = new MemoryStream();
        write(stream);
        return stream.ToArray();
    }

    private static string Part(string page, string id)
    {
        int from = page.IndexOf($"<section id=\"{id}\"", StringComparison.Ordinal);
        Assert.True(from > 0, id);
        return page[from..page.IndexOf("</section>", from, StringComparison.Ordinal)];
    }
}
