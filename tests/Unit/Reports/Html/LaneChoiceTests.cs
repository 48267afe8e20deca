using AgentSim.Recording;
using AgentSim.Reports.Html;
using AgentSim.Simulation;

namespace AgentSim.Tests.Reports.Html;

public class LaneChoiceTests
{
    [Fact]
    public void Lanes_are_sessions_by_their_start_with_tools_and_delays_before_requests()
    {
        LaneChoice choice = LaneChoice.Of(Pages.AgenticRun(), [], 100);
        Assert.False(choice.IsSample);
        Assert.Equal(["main", "other", "main/sub"], choice.Lanes.Select(lane => lane.Name));
        Assert.All(choice.Lanes, lane => Assert.Equal(1, lane.Rows));
        LaneRequest[] main = [.. choice.Lanes[0].Requests.Select(each => each.Request)];
        Assert.Equal([0.0, 15.0], main.Select(request => Math.Round(request.WaitMs, 5)));
        Assert.Equal([0.0, 5.0], main.Select(request => Math.Round(request.ToolMs, 5)));
        Assert.Equal([null, "bash 5.50 ms"], main.Select(request => request.Tools));
        // It waited for the sub-agent, which ended last, from its own last end on.
        Assert.Equal(choice.Lanes[2].Requests[0].Request.EndMs, main[1].StartMs + main[1].SubAgentMs, 5);
        Assert.Equal(main[0].EndMs, main[1].StartMs, 5);
        Assert.True(main[1].SubAgentMs > 1.0);
        Assert.Equal(0.0, main[0].SubAgentMs);
        Assert.Equal(0.0, choice.Lanes[2].Requests[0].Request.SubAgentMs);
    }

    [Fact]
    public void Requests_of_a_session_one_after_the_other_are_in_one_row() =>
        Assert.All(LaneChoice.Of(Pages.Synthetic(sessions: 40, turns: 12), [], 1_000).Lanes, lane => Assert.Equal(1, lane.Rows));

    [Fact]
    public void Requests_that_overlap_are_in_different_rows()
    {
        LaneRequest At(int index) => new(Pages.AgenticRun().Requests[index], 0, 0, null);
        Lane lane = Lane.Of("s", [At(0), At(1), At(2), At(3)]);   // a1 and b1 run side by side
        Assert.Equal(2, lane.Rows);
        foreach (IGrouping<int, (LaneRequest Request, int Row)> row in lane.Requests.GroupBy(each => each.Row))
        {
            LaneRequest[] requests = [.. row.Select(each => each.Request)];
            for (int i = 1; i < requests.Length; i++) Assert.True(requests[i].StartMs >= requests[i - 1].EndMs - 1e-3);
        }
    }

    [Fact]
    public void A_sample_is_spread_over_the_run_and_holds_the_wanted_requests()
    {
        ReplayResult result = Pages.Synthetic(sessions: 400, turns: 3);
        RequestResult[] wanted = [result.Requests[17], result.Requests[1_100]];
        LaneChoice choice = LaneChoice.Of(result, wanted, 150);
        Assert.Equal((150, 400, 1_200), (choice.Requests, choice.AllLanes, choice.AllRequests));
        int[] ordinals = [.. choice.Lanes.SelectMany(lane => lane.Requests).Select(each => each.Request.Record.Ordinal)];
        Assert.Equal(ordinals.Distinct().Count(), ordinals.Length);
        Assert.Subset(ordinals.ToHashSet(), wanted.Select(request => request.Ordinal).ToHashSet());
        Assert.All(choice.Lanes, lane => Assert.Equal(3, lane.Requests.Count));
        for (int tenth = 0; tenth < 10; tenth++)
            Assert.Contains(choice.Lanes, lane => lane.Requests[0].Request.Record.Ordinal / 120 == tenth);
    }

    [Fact]
    public void A_session_too_long_for_the_sample_leaves_room_for_wanted_requests_of_others()
    {
        ReplayResult result = Pages.Synthetic(sessions: 3, turns: 200);
        RequestResult[] wanted = [.. ((int[])[5, 250, 599]).Select(ordinal =>
            result.Requests.Single(request => request.Ordinal == ordinal))];
        LaneChoice choice = LaneChoice.Of(result, wanted, 50);
        Assert.Equal(50, choice.Requests);
        Assert.Equal(3, choice.Lanes.Count);
        Assert.Subset(choice.Lanes.SelectMany(lane => lane.Requests).Select(each => each.Request.Record.Ordinal).ToHashSet(),
            wanted.Select(request => request.Ordinal).ToHashSet());
    }

    [Fact]
    public void Requests_without_sessions_are_in_the_lanes_of_their_workers()
    {
        ReplayResult result = Pages.Synthetic(sessions: 50, turns: 1);
        LaneChoice choice = LaneChoice.Of(result, [], 100);
        Assert.True(choice.IsByWorker);
        Assert.Equal(["worker 0", "worker 1", "worker 2", "worker 3"], choice.Lanes.Select(lane => lane.Name));
        for (int worker = 0; worker < 4; worker++)
        {
            Lane lane = choice.Lanes[worker];
            Assert.Equal(result.Workers[worker].Requests, lane.Requests.Count);
            Assert.All(lane.Requests, each => Assert.Equal(worker, each.Request.Record.DecodeWorkerIdx));
            // From admission on, so that there are as many rows as ran at once.
            Assert.All(lane.Requests, each => Assert.Equal(each.Request.Record.FirstAdmitMs, each.Request.StartMs));
        }
    }

    [Fact]
    public void What_no_worker_took_has_a_lane_of_its_own()
    {
        ReplayResult result = AgentSim.Tests.Simulation.Sim.Run(
            """
            {"timestamp":0,"input_length":32,"output_length":3,"hash_ids":[1,2]}
            {"timestamp":1,"input_length":320,"output_length":3,"hash_ids":[1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20]}

            """,
            AgentSim.Tests.Simulation.Sim.Settings("""{"block_size":16,"num_gpu_blocks":8}"""));
        Assert.Equal(["worker 0", "not admitted"], LaneChoice.Of(result, [], 100).Lanes.Select(lane => lane.Name));
    }

    [Fact]
    public void Pools_have_lanes_by_the_worker_that_gave_the_tokens() =>
        Assert.Equal(["decode worker 0"], LaneChoice.Of(AgentSim.Tests.Simulation.Sim.Run(
            """
            {"timestamp":0,"input_length":32,"output_length":3,"hash_ids":[1,2]}

            """,
            AgentSim.Tests.Simulation.Sim.PoolSettings("""{"block_size":16}""", """{"block_size":16}""")), [], 100)
            .Lanes.Select(lane => lane.Name));
}
