using System.Text;
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
