using AgentSim.Rows;
using AgentSim.Simulation;
using AgentSim.Tests.Serving;
using AgentSim.Tests.Simulation;

namespace AgentSim.Tests.Live;

/// <summary>Prompts of delta traces hold what the server answered, where it gives the ids of its tokens.</summary>
public sealed class LiveOutputTests
{
    private const string Rows = """
        {"session_id":"a","timestamp":0,"input_length":64,"output_length":40,"hash_ids":[1,2,3,4]}
        {"session_id":"a","delay":5,"input_length":16,"output_length":24,"hash_ids":[5]}
        {"session_id":"a","delay":5,"input_length":16,"output_length":8,"hash_ids":[6]}
        """;

    [Fact]
    public async Task The_server_finds_its_own_outputs_in_the_cache_as_a_simulated_replay_does()
    {
        ReplaySettings settings = Sim.Settings("""{"block_size":16,"num_gpu_blocks":512}""");
        await using ApiBench bench = await ApiBench.Start(settings, speed: 20.0);
        ReplayResult live = LiveBench.Run(Sim.Load(Rows, TraceFormat.MooncakeDelta, 16), LiveBench.To(bench.Address.ToString()));
        ReplayResult simulated = Replay.Run(Sim.Load(Rows, TraceFormat.MooncakeDelta, 16), settings);
        Assert.Equal([.. simulated.Requests.Select(request => request.InputLength)], live.Requests.Select(request => request.InputLength));
        Assert.Equal([.. simulated.Requests.Select(request => (int?)request.ReusedInputTokens)],
            live.Requests.Select(request => request.CachedTokens));
        // The prompt of the first turn has 64 tokens: blocks behind them hold what was answered.
        Assert.Equal(128, live.Requests[2].CachedTokens);
        Assert.DoesNotContain("LiveOutputsReplaced", live.Warnings.Select(warning => warning.Code));
    }

    [Fact]
    public void Other_tokens_stand_there_where_the_server_gives_no_ids_and_a_warning_says_so()
    {
        using var server = new ScriptedServer();
        ReplayResult live = LiveBench.Run(Sim.Load(Rows, TraceFormat.MooncakeDelta, 16), LiveBench.To(server));
        Assert.Equal([64, 120, 160], live.Requests.Select(request => request.InputLength));
        Assert.Contains("LiveOutputsReplaced", live.Warnings.Select(warning => warning.Code));
        Assert.True(server.Calls[0].Json.GetProperty("return_token_ids").GetBoolean());
    }
}
