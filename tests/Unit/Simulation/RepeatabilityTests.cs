using AgentSim.Simulation;
using AgentSim.Workload;

namespace AgentSim.Tests.Simulation;

/// <summary>The same run gives the same bytes, whatever else runs.</summary>
public sealed class RepeatabilityTests
{
    public static TheoryData<string> Cases => new(
        "005-agent-vllm-agg-kvrouter", "opt-vllm-agg-kv-temp", "opt-vllm-agg-kv-queue-wspt", "opt-vllm-agg-tight-fifo",
            "opt-vllm-agg-nextn2", "opt-trtllm-agg-tight", "opt-vllm-disagg-transfer-kv");

    [Theory]
    [MemberData(nameof(Cases))]
    public void Two_runs_write_the_same_bytes(string name)
    {
        StoredCase stored = new(name);
        ReplayResult first = stored.Run(), second = stored.Run();
        Assert.Equal(ResultJson.RepeatableReport(first), ResultJson.RepeatableReport(second));
        Assert.Equal(ResultJson.RequestBytes(first), ResultJson.RequestBytes(second));
    }

    [Fact]
    public void Runs_at_the_same_time_over_one_workload_do_not_disturb_each_other()
    {
        StoredCase stored = new("005-agent-vllm-agg-kvrouter");
        ReplayWorkload workload = stored.LoadWorkload();
        ReplaySettings[] settings = [.. Enumerable.Range(0, 8)
            .Select(run => stored.Settings() with { RouterSeed = (ulong)(run / 2), Workers = 2 + (run / 2) })];
        string[] together = new string[settings.Length];
        Parallel.For(0, settings.Length, new ParallelOptions { MaxDegreeOfParallelism = 8 },
            run => together[run] = Bytes(Replay.Run(workload, settings[run])));
        Assert.Equal(settings.Select(setting => Bytes(Replay.Run(workload, setting))), together);
    }

    [Fact]
    public void Another_seed_draws_otherwise()
    {
        StoredCase stored = new("opt-vllm-agg-kv-temp");
        ReplayWorkload workload = stored.LoadWorkload();
        Assert.NotEqual(
            Bytes(Replay.Run(workload, stored.Settings())),
            Bytes(Replay.Run(workload, stored.Settings() with { RouterSeed = 1 })));
    }

    private static string Bytes(ReplayResult result) =>
        ResultJson.RepeatableReport(result) + System.Text.Encoding.UTF8.GetString(ResultJson.RequestBytes(result));
}
