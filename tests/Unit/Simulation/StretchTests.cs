using System.Text;
using AgentSim.Rows;
using AgentSim.Simulation;
using AgentSim.Workload;
using FsCheck;
using FsCheck.Fluent;
using Replay = AgentSim.Simulation.Replay;

namespace AgentSim.Tests.Simulation;

/// <summary>Planning many passes at once gives what running every pass by itself gives.</summary>
public sealed class StretchTests
{
    [Theory]
    [InlineData("vllm")]
    [InlineData("trtllm")]
    public void Stretches_change_no_number(string engineType) =>
        Prop.ForAll(Scenario.Of(engineType).ToArbitrary(), AssertSame).Check(Config.QuickThrowOnFailure.WithMaxTest(250));

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void An_arrival_after_the_workers_were_driven_waits_for_the_next_pass(bool stepByStep)
    {
        // z becomes ready when y is turned away, which happens at the very time a pass of l ends and the next one starts.
        ReplayResult result = Sim.Run(
            """
            {"request_id":"l","timestamp":0,"input_length":20,"output_length":10,"hash_ids":[1,2]}
            {"request_id":"x","timestamp":0,"input_length":20,"output_length":5,"hash_ids":[3,4]}
            {"request_id":"y","wait_for":["x"],"delay":0,"input_length":200,"output_length":1,"hash_ids":[5,6,7,8,9,10,11,12,13,14,15,16,17]}
            {"request_id":"z","wait_for":["y"],"delay":0,"input_length":16,"output_length":2,"hash_ids":[18]}
            """,
            Sim.Settings("""{"block_size":16,"num_gpu_blocks":8}""", workers: 3) with { StepByStep = stepByStep },
            TraceFormat.AgenticMooncake);
        result.Request(1).Shows(worker: 0, end: 223.30378199999998);
        result.Request(3).Shows(worker: 2, arrival: 104.974007, end: 104.974007);
        result.Request(4).Shows(worker: 0, arrival: 104.974007, admit: 122.60775699999999, first: 161.726282, end: 188.036282);
    }

    private static void AssertSame(Scenario scenario)
    {
        ReplayWorkload workload = scenario.Load();
        Outcome stretched = Run(workload, scenario.Settings);
        Outcome single = Run(workload, scenario.Settings with { StepByStep = true });
        Assert.Equal(single.Error, stretched.Error);
        if (single.Result is null) return;
        Assert.Empty(ResultJson.Differences(ResultJson.Report(single.Result), ResultJson.Report(stretched.Result!)));
        Assert.Equal(Encoding.UTF8.GetString(ResultJson.RequestBytes(single.Result)), Encoding.UTF8.GetString(ResultJson.RequestBytes(stretched.Result!)));
    }

    private static Outcome Run(ReplayWorkload workload, ReplaySettings settings)
    {
        try
        {
            return new Outcome(Replay.Run(workload, settings), null);
        }
        catch (AgentSimException error)
        {
            return new Outcome(null, error.Message);
        }
    }

    private sealed record Outcome(ReplayResult? Result, string? Error);
}
