using AgentSim.Simulation;

namespace AgentSim.Tests.Simulation;

/// <summary>The worked examples of aggregated routing in behaviour 05#14: two workers, the default seed.</summary>
public sealed class RouterExamplesTests
{
    [Fact]
    public void Example_1_scores_follow_overlap_and_load()
    {
        ReplayResult result = Sim.Run(
            """
            {"timestamp":0,"input_length":64,"output_length":3,"hash_ids":[1,2,3,4]}
            {"timestamp":1,"input_length":60,"output_length":3,"hash_ids":[1,2,3,5]}
            {"timestamp":2,"input_length":40,"output_length":2,"hash_ids":[7,8,9]}
            {"timestamp":100,"input_length":80,"output_length":2,"hash_ids":[1,2,3,4,6]}
            {"timestamp":101,"input_length":33,"output_length":2,"hash_ids":[7,8,10]}
            """,
            Sim.Settings(workers: 2, router: "{}"));
        result.Request(1).Shows(worker: 1, admit: 0, first: 23.228070000000002, end: 34.74103, reused: 0);
        result.Request(2).Shows(worker: 0, admit: 1, first: 24.167127, end: 52.8027, reused: 0);
        result.Request(3).Shows(worker: 0, admit: 24.167127, first: 47.039629000000005, end: 52.8027, reused: 0);
        result.Request(4).Shows(worker: 1, admit: 100, first: 122.50094299999999, end: 128.260719, reused: 64);
        result.Request(5).Shows(worker: 0, admit: 101, first: 123.266493, end: 129.016382, reused: 32);
    }

    [Fact]
    public void Example_2_busy_targets_hold_requests_back_in_order_of_priority()
    {
        ReplayResult result = Sim.Run(
            """
            {"timestamp":0,"input_length":64,"output_length":3,"hash_ids":[1,2,3,4]}
            {"timestamp":0,"input_length":128,"output_length":3,"hash_ids":[11,12,13,14,15,16,17,18]}
            {"timestamp":0,"input_length":64,"output_length":2,"hash_ids":[1,2,3,5]}
            {"timestamp":1,"input_length":48,"output_length":2,"hash_ids":[1,2,6],"strict_priority":1}
            {"timestamp":2,"input_length":32,"output_length":2,"hash_ids":[21,22],"priority":5}
            """,
            Sim.Settings("""{"block_size":16,"max_num_batched_tokens":256}""", workers: 2, router: """{"router_queue_threshold":0.2}"""));
        result.Request(1).Shows(worker: 1, admit: 0, first: 23.228070000000002, end: 52.282636000000004, reused: 0);
        result.Request(2).Shows(worker: 0, admit: 0, first: 24.218164, end: 35.757486, reused: 0);
        result.Request(3).Shows(worker: 1, admit: 23.228070000000002, first: 46.503092, end: 52.282636000000004, reused: 48);
        result.Request(4).Shows(worker: 1, admit: 23.228070000000002, first: 46.503092, end: 52.282636000000004, reused: 32);
        result.Request(5).Shows(worker: 1, admit: 23.228070000000002, first: 46.503092, end: 52.282636000000004, reused: 0);
    }

    [Fact]
    public void Example_3_credit_for_overlap_decays_on_targets_with_pending_prefill()
    {
        ReplayResult result = Sim.Run(
            """
            {"timestamp":0,"input_length":64,"output_length":2,"hash_ids":[1,2,3,4]}
            {"timestamp":100,"input_length":64,"output_length":2,"hash_ids":[1,2,3,4]}
            {"timestamp":101,"input_length":128,"output_length":2,"hash_ids":[1,2,3,4,5,6,7,8]}
            {"timestamp":200,"input_length":160,"output_length":2,"hash_ids":[1,2,3,4,5,6,7,8,11,12]}
            {"timestamp":201,"input_length":144,"output_length":2,"hash_ids":[1,2,3,4,5,6,7,8,13]}
            """,
            Sim.Settings(workers: 2, router: """{"overlap_score_credit_decay":1.0}"""));
        result.Request(1).Shows(worker: 1, admit: 0, first: 23.228070000000002, end: 28.984550000000002, reused: 0);
        result.Request(2).Shows(worker: 1, admit: 100, first: 122.497648, end: 145.745488, reused: 48);
        result.Request(3).Shows(worker: 1, admit: 122.497648, first: 145.745488, end: 151.515149, reused: 64);
        result.Request(4).Shows(worker: 1, admit: 200, first: 222.760676, end: 245.28468299999997, reused: 128);
        result.Request(5).Shows(worker: 1, admit: 222.760676, first: 245.28468299999997, end: 251.05763799999997, reused: 128);
    }

    [Fact]
    public void Example_5_temperature_draws_among_all_targets()
    {
        int[] lengths = [64, 100, 200, 64, 150, 90, 64, 333, 64, 10];
        int id = 0;
        string rows = string.Join('\n', lengths.Select(length =>
            $$"""{"timestamp":0,"input_length":{{length}},"output_length":2,"hash_ids":[{{string.Join(',', Enumerable.Range(0, (length + 63) / 64).Select(_ => id++))}}]}"""));
        ReplayResult result = Sim.Run(
            rows, Sim.Settings("""{"block_size":64}""", workers: 3, router: """{"router_temperature":0.7}"""), traceBlockSize: 64);
        Assert.Equal([0, 1, 1, 0, 2, 2, 2, 0, 2, 1], result.Requests.OrderBy(request => request.Ordinal)
            .Select(request => request.DecodeWorkerIdx));
    }
}
