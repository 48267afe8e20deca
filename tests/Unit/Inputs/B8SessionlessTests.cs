using AgentSim.Cli;
using AgentSim.Rows;
using AgentSim.Tests.Proxy;
using AgentSim.Tests.Traces;
using AgentSim.Traces;
using AgentSim.Workload;

namespace AgentSim.Tests.Inputs;

/// <summary>Traces of which some requests belong to no session.</summary>
public sealed class B8SessionlessTests : IDisposable
{
    private readonly InputBench _bench = new();

    public B8SessionlessTests()
    {
        _bench.Folder.Write("mixed.jsonl", string.Join('\n',
            TraceText.Request("lone", 900, context: ""), TraceText.Request("a", 1000), TraceText.Request("other", 1500, context: ""),
                TraceText.Request("b", 2000)));
        _bench.Folder.Write("plain.jsonl", TraceText.Request("lone", 900, context: ""));
    }

    public void Dispose() => _bench.Dispose();

    [Fact]
    public void Convert_names_the_way_out_and_counts_what_it_leaves_out()
    {
        (int code, _, string error) = _bench.Run("convert", "--agentic", "--input-path", "mixed.jsonl", "--output-file", "rows.jsonl");
        Assert.Equal(1, code);
        Assert.Contains("mixed.jsonl:2: request 'a' has an agent_context, earlier requests have none", error);
        Assert.Contains("--drop-sessionless leaves out those without", error);
        (code, string output, _) = _bench.Run("convert", "--agentic", "--drop-sessionless", "--input-path", "mixed.jsonl", "--output-file",
            "rows.jsonl");
        Assert.Equal(0, code);
        Assert.Contains("Wrote 2 agentic Mooncake rows", output);
        Assert.Contains("Left out: 2 requests without a session", output);
        Assert.Equal(["a", "b"], MooncakeRowReader.Read(_bench.Folder.File("rows.jsonl"), TraceFormat.AgenticMooncake, 16)
            .Select(row => row.Value.RequestId));
    }

    [Fact]
    public void A_replay_of_the_trace_does_the_same_and_its_report_says_so()
    {
        Assert.Equal(1, _bench.Run("replay", "mixed.jsonl", "--trace-format", "dynamo", "--report-json", "report.json").Code);
        (int code, string output, _) = _bench.Run("replay", "mixed.jsonl", "--trace-format", "dynamo", "--drop-sessionless",
            "--report-json", "report.json");
        Assert.Equal(0, code);
        Assert.Contains("Warning: 2 of 4 requests belong to no session and were left out", output);
        Assert.Equal(("SessionlessDropped", 2L), _bench.ReportWarnings().Select(warning => (warning.Code, warning.Count)).Single());
        Assert.Contains("\"drop_sessionless\": true", File.ReadAllText(_bench.Folder.File("report.json")));
    }

    [Fact]
    public void A_trace_without_sessions_is_not_dropped_as_a_whole()
    {
        (int code, _, string error) = _bench.Run("convert", "--agentic", "--drop-sessionless", "--input-path", "plain.jsonl",
            "--output-file", "rows.jsonl");
        Assert.Equal(1, code);
        Assert.Contains("none of the 1 requests belongs to a session", error);
        (code, _, error) = _bench.Run("convert", "--drop-sessionless", "--input-path", "plain.jsonl", "--output-file", "rows.jsonl");
        Assert.Equal(2, code);
        Assert.Contains("--drop-sessionless is for agentic traces; give --agentic too", error);
    }

    [Fact]
    public void Records_from_memory_follow_the_same_rule()
    {
        TraceRecord[] records = [.. RequestTraceReader.Read([_bench.Folder.File("mixed.jsonl")])];
        Assert.Equal("TraceModeMixed", Assert.Throws<AgentSimException>(() =>
            WorkloadLoader.FromRecords(records, new WorkloadOptions())).ErrorId);
        Assert.Equal(2, Assert.Single(WorkloadLoader.FromRecords(records, new WorkloadOptions { DropSessionless = true }).Warnings).Count);
        Assert.Empty(WorkloadLoader.FromRecords(records.Where(record => record.SessionId is not null),
            new WorkloadOptions { DropSessionless = true }).Warnings);
    }

    [Fact]
    public async Task A_capture_that_writes_both_kinds_warns_once_while_it_runs()
    {
        const string answer = """{"choices":[{"index":0,"finish_reason":"stop","message":{"role":"assistant","content":"x"}}],"usage":{"prompt_tokens":3,"completion_tokens":1}}""";
        await using FakeServer server = await FakeServer.Json(answer, 200);
        await using ProxyBench bench = await ProxyBench.Start(server.Address);
        await bench.PostText(ProxyBench.Chat, headers: ("x-dynamo-session-id", "s"));
        await bench.PostText(ProxyBench.Chat, headers: ("x-dynamo-session-id", "t"));
        Assert.Empty(bench.Problems);
        await bench.PostText(ProxyBench.Chat);
        await bench.PostText(ProxyBench.Chat);
        await bench.PostText(ProxyBench.Chat, headers: ("x-dynamo-session-id", "s"));
        Assert.Equal(5, (await bench.Rows()).Length);
        AgentSimException problem = Assert.Single(bench.Problems);
        Assert.Equal("CaptureSessionsMixed", problem.ErrorId);
        Assert.Contains("--drop-sessionless, which leaves out", problem.In(OptionNames.Wording));
    }
}
