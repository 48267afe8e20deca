using AgentSim.Recording;
using AgentSim.Reports.Html;
using AgentSim.Simulation;
using AgentSim.Tests.Simulation;

namespace AgentSim.Tests.Reports.Html;

public class RunOverTimeTests
{
    [Fact]
    public void Workers_run_and_hold_back_their_requests_for_as_long_as_the_records_say()
    {
        ReplayResult result = Pages.Synthetic(sessions: 60, turns: 1);
        double end = result.Requests.Max(request => request.TerminalTimeMs);
        WorkerLoad[] workers = WorkerLoad.Of(result, end, 50);
        Assert.Equal(["worker 0", "worker 1", "worker 2", "worker 3"], workers.Select(worker => worker.Name));
        for (int worker = 0; worker < 4; worker++)
        {
            RequestResult[] own = [.. result.Requests.Where(request => request.DecodeWorkerIdx == worker)];
            Assert.Equal(own.Sum(request => request.TerminalTimeMs - request.FirstAdmitMs!.Value),
                workers[worker].Running.Sum() * end / 50, 6);
            Assert.Equal(own.Sum(request => request.FirstAdmitMs!.Value - request.ArrivalTimeMs),
                workers[worker].Waiting.Sum() * end / 50, 6);
        }

        WorkerLoad all = Assert.Single(WorkerLoad.Totals(workers, result.Workers));
        Assert.Equal("all 4 workers", all.Name);
        Assert.Equal(workers.Sum(worker => worker.Running[7]), all.Running[7], 9);
    }

    [Fact]
    public void Pools_have_loads_of_their_own()
    {
        ReplayResult result = Sim.Run(
            """
            {"timestamp":0,"input_length":32,"output_length":3,"hash_ids":[1,2]}
            {"timestamp":5,"input_length":64,"output_length":4,"hash_ids":[1,2,3,4]}

            """,
            Sim.PoolSettings("""{"block_size":16}""", """{"block_size":16}"""));
        WorkerLoad[] workers = WorkerLoad.Of(result, result.Requests.Max(request => request.TerminalTimeMs), 50);
        Assert.Equal(["prefill worker 0", "decode worker 0"], workers.Select(worker => worker.Name));
        Assert.All(workers, worker => Assert.True(worker.Running.Sum() > 0));
        Assert.Empty(WorkerLoad.Totals(workers, result.Workers));
    }

    [Fact]
    public void Reuse_ends_at_the_ratio_of_the_report()
    {
        ReplayResult result = Pages.AgenticRun();
        CacheReuse reuse = CacheReuse.Of(result, result.Requests.Max(request => request.TerminalTimeMs), 20);
        Assert.True(result.Summary.PrefixCacheReusedRatio > 0);
        Assert.Equal(result.Summary.PrefixCacheReusedRatio, reuse.SoFar[^1]!.Value, 12);
        Assert.Contains(null, reuse.InSlice);
    }
}
