using AgentSim.Live;
using AgentSim.Simulation;
using AgentSim.Workload;

namespace AgentSim.Tests.Live;

/// <summary>Live replays against servers of the tests.</summary>
internal static class LiveBench
{
    public static LiveSettings To(ScriptedServer server) => To(server.Address);

    public static LiveSettings To(string address) => new() { Endpoint = LiveEndpoint.Parse(address), Model = "m", Salt = 7 };

    public static ReplayWorkload Plain(int requests, double intervalMs = 2, int input = 40, int output = 3) => SyntheticLoad.Create(
        new SyntheticOptions { InputTokens = input, OutputTokens = output, RequestCount = requests, ArrivalIntervalMs = intervalMs }, 16);

    /// <summary>Runs with a bound, so that what hangs fails.</summary>
    public static ReplayResult Run(
        ReplayWorkload workload, LiveSettings live, ReplaySettings? settings = null, CancellationToken cancellation = default)
    {
        Task<ReplayResult> run = Task.Run(() => LiveReplay.Run(workload, settings ?? new ReplaySettings(), live, null, cancellation));
        Assert.True(((IAsyncResult)run).AsyncWaitHandle.WaitOne(TimeSpan.FromMinutes(2)), "the live replay hangs");
        return run.GetAwaiter().GetResult();
    }
}
