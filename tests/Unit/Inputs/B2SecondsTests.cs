using AgentSim.Cli;
using AgentSim.Rows;
using AgentSim.Workload;

namespace AgentSim.Tests.Inputs;

/// <summary>Times in another unit than milliseconds.</summary>
public sealed class B2SecondsTests : IDisposable
{
    private readonly InputBench _bench = new();

    public void Dispose() => _bench.Dispose();

    public static TheoryData<string, TraceFormat> Stored
    {
        get
        {
            var data = new TheoryData<string, TraceFormat>();
            foreach (string name in (string[])["single", "dense", "priorities", "lengths", "multiturn", "options"])
                data.Add($"mooncake-{name}.jsonl", TraceFormat.Mooncake);
            data.Add("mooncake-delta.jsonl", TraceFormat.MooncakeDelta);
            foreach (string name in (string[])["agent-small.trace.jsonl", "agent-tools.trace.jsonl.gz", "agent-branchy.trace.jsonl.gz",
                "plain.trace.jsonl"]) data.Add(name, TraceFormat.Dynamo);
            data.Add("applied-compute.jsonl", TraceFormat.AppliedComputeAgentic);
            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Stored))]
    public void No_stored_trace_gives_a_false_alarm(string name, TraceFormat format)
    {
        string path = TestData.PathOf("traces", name);
        if (!File.Exists(path)) return;   // those that the repository does not keep
        int? size = format == TraceFormat.Dynamo ? null : name.Contains("single", StringComparison.Ordinal) ? 512 : 64;
        Assert.DoesNotContain(WorkloadLoader.Load([path], new WorkloadOptions { Format = format, TraceBlockSize = size }).Warnings,
            warning => warning.Code is "TimesDoubtful" or "RowsForeign");
    }

    [Fact]
    public void Rows_of_Bailian_are_recognised_and_named_with_the_way_out_however_few()
    {
        const string row = """{"chat_id":159,"parent_chat_id":55,"timestamp":61.114,"input_length":521,"output_length":132,"type":"text","turn":2,"hash_ids":[1089,1090,1091]}""";
        IReadOnlyList<RunWarning> warnings = _bench.Warnings($"{row}\n{row}");
        RunWarning warning = Assert.Single(warnings, each => each.Code == "RowsForeign");
        Assert.Equal(2, warning.Count);
        Assert.Contains("agentsim import --format table --preset bailian reads it", warning.In(OptionNames.Wording));
        Assert.Contains("rows.jsonl:1: 2 rows", warning.Message);
    }

    [Theory]
    [InlineData(6.0, true)]        // a trace of a service: six requests a second
    [InlineData(0.5, true)]
    [InlineData(0.02, false)]      // a lonely user is told by the turns of his sessions or not at all
    public void A_trace_in_seconds_with_fractions_is_warned_of(double perSecond, bool isFound)
    {
        var random = new Random(7);
        double now = 0;
        string rows = InputBench.Rows(200, time: _ => now += Math.Round(-Math.Log(1 - random.NextDouble()) / perSecond, 3));
        Assert.Equal(isFound, _bench.Warnings(rows, new WorkloadOptions { TraceBlockSize = 16 })
            .Any(warning => warning.Code == "TimesDoubtful"));
        // The same in milliseconds is a plain load.
        now = 0;
        rows = InputBench.Rows(200, time: _ => now += 1000 * Math.Round(-Math.Log(1 - random.NextDouble()) / perSecond, 6));
        Assert.Empty(_bench.Warnings(rows, new WorkloadOptions { TraceBlockSize = 16 }));
    }

    [Fact]
    public void Whole_seconds_are_told_by_a_load_that_nobody_has()
    {
        string rows = string.Concat(Enumerable.Range(0, 60).Select(i =>
            FormattableString.Invariant($"{{\"timestamp\":{i / 3},\"input_length\":8000,\"output_length\":2}}\n")));
        RunWarning warning = Assert.Single(_bench.Warnings(rows), each => each.Code == "TimesDoubtful");
        Assert.Contains("60 requests with 480000 prompt tokens come within 19 ms", warning.Message);
        Assert.Equal(60, warning.Count);
    }

    [Fact]
    public void Turns_that_come_before_the_answer_to_the_one_before_can_be_there_tell_seconds()
    {
        string rows = string.Concat(Enumerable.Range(0, 30).Select(i =>
            FormattableString.Invariant($"{{\"session_id\":\"s\",\"timestamp\":{i * 30},\"input_length\":100,\"output_length\":400}}\n")));
        Assert.Contains(_bench.Warnings(rows), warning => warning.Code == "TimesDoubtful");
        Assert.DoesNotContain(_bench.Warnings(rows.Replace("\"output_length\":400", "\"output_length\":100", StringComparison.Ordinal)),
            warning => warning.Code == "TimesDoubtful");
    }

    [Theory]
    [InlineData(1700000000.25, "seconds since 1970")]
    [InlineData(1700000000000.0, null)]
    [InlineData(1700000000000000.0, "microseconds or nanoseconds since 1970")]
    public void Times_since_1970_are_told_by_their_size(double start, string? unit)
    {
        IReadOnlyList<RunWarning> warnings = _bench.Warnings(InputBench.Rows(3, time: i => start + (1000.0 * i)),
            new WorkloadOptions { TraceBlockSize = 16 });
        if (unit is null) Assert.Empty(warnings);
        else Assert.Contains(unit, Assert.Single(warnings).Message);
    }

    [Fact]
    public void A_burst_at_one_time_and_a_row_every_millisecond_are_no_seconds()
    {
        Assert.Empty(_bench.Warnings(InputBench.Rows(500, time: _ => 0), new WorkloadOptions { TraceBlockSize = 16 }));
        Assert.Empty(_bench.Warnings(InputBench.Rows(500, time: i => i), new WorkloadOptions { TraceBlockSize = 16 }));
    }

    [Theory]
    [InlineData("""{"TIMESTAMP":"2023-11-16 18:15:46.6805900","ContextTokens":374,"GeneratedTokens":44}""", "--preset azure")]
    [InlineData("""{"Timestamp":5,"Model":"ChatGPT","Request tokens":472,"Response tokens":18,"Total tokens":490,"Log Type":"Conversation log"}""", "--preset burstgpt")]
    [InlineData("""{"request_id":"r","startTime":"2025-01-01T00:00:00Z","endTime":"2025-01-01T00:00:02Z","spend":0.1,"prompt_tokens":9,"completion_tokens":3}""", "--preset litellm")]
    [InlineData("""{"input_lens":[1],"output_lens":[2],"ttfts":[0.1]}""", "--preset vllm-bench")]
    public void Rows_of_others_that_cannot_be_read_are_named_with_the_way_out(string row, string remedy)
    {
        AgentSimException error = Assert.Throws<AgentSimException>(() => _bench.Warnings(row));
        Assert.Contains("rows.jsonl:1: ", error.Message);
        Assert.Contains($"agentsim import --format table {remedy} reads it", error.In(OptionNames.Wording));
    }

    [Theory]
    [InlineData("de-DE")]
    [InlineData("fr-FR")]
    public void Fractions_are_read_and_said_with_a_point_in_every_country(string culture) => InputBench.In(culture, () =>
    {
        RunWarning warning = Assert.Single(_bench.Warnings(InputBench.Rows(100, time: i => i * 0.125),
            new WorkloadOptions { TraceBlockSize = 16 }));
        Assert.Contains("100 requests with 4000 prompt tokens come within 12.375 ms", warning.Message);
    });
}
