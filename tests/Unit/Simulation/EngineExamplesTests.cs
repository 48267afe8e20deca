using AgentSim.Recording;
using AgentSim.Simulation;

namespace AgentSim.Tests.Simulation;

/// <summary>The worked examples of behaviour 02#16: one worker, round robin.</summary>
public sealed class EngineExamplesTests
{
    [Fact]
    public void Example_1_a_computed_prefix_block_is_reused()
    {
        ReplayResult result = Sim.Run(
            """
            {"timestamp":0,"input_length":20,"output_length":4,"hash_ids":[1,2]}
            {"timestamp":1,"input_length":40,"output_length":2,"hash_ids":[1,3,4]}
            """,
            Sim.Settings());
        result.Request(1).Shows(arrival: 0, admit: 0, first: 22.55185, end: 56.670878, reused: 0);
        Sim.Same(45.1711 - 22.55185, result.Request(1).TtstMs);
        result.Request(2).Shows(arrival: 1, admit: 22.55185, first: 45.1711, end: 50.924285000000005, reused: 16);
    }

    [Fact]
    public void Example_2_a_long_prompt_is_computed_in_chunks()
    {
        ReplayResult result = Sim.Run(
            """
            {"timestamp":0,"input_length":20,"output_length":3,"hash_ids":[1,2]}
            {"timestamp":0,"input_length":50,"output_length":2,"hash_ids":[5,6,7,8]}
            """,
            Sim.Settings("""{"block_size":16,"max_num_batched_tokens":32}"""));
        result.Request(1).Shows(first: 22.73761, end: 67.834102);
        Sim.Same(45.466601 - 22.73761, result.Request(1).TtstMs);
        result.Request(2).Shows(admit: 0, first: 67.834102, end: 73.587287);
    }

    [Fact]
    public void Example_3_a_request_is_rejected_and_another_preempted_and_resumed()
    {
        ReplayResult result = Sim.Run(
            """
            {"timestamp":0,"input_length":30,"output_length":6,"hash_ids":[1,2]}
            {"timestamp":0,"input_length":31,"output_length":4,"hash_ids":[1,3]}
            {"timestamp":2,"input_length":80,"output_length":1,"hash_ids":[4,5,6,7,8]}
            """,
            Sim.Settings("""{"block_size":16,"num_gpu_blocks":4}"""));
        result.Request(1).Shows(admit: 0, first: 48.939055999999994, end: 210.02405600000003);
        result.Request(2).Shows(admit: 0, first: 48.939055999999994, end: 241.79280600000004, reused: 32);
        Sim.Same(80.70780599999999 - 48.939055999999994, result.Request(2).TtstMs);
        result.Request(3).Shows(end: 80.70780599999999);
        Assert.Equal(TerminalStatus.Rejected, result.Request(3).TerminalStatus);
        Assert.Null(result.Request(3).FirstAdmitMs);
    }

    [Fact]
    public void Example_4_speculation_draws_the_specified_bursts()
    {
        ReplayResult result = Sim.Run(
            """
            {"timestamp":0,"input_length":30,"output_length":8,"hash_ids":[1,2]}
            {"timestamp":0,"input_length":16,"output_length":5,"hash_ids":[1]}
            """,
            Sim.Settings("""{"block_size":16,"aic_nextn":2}"""));
        result.Request(1).Shows(first: 22.950638, end: 40.210192);
        Assert.Equal(8, result.Request(1).OutputLength);
        result.Request(2).Shows(first: 22.950638, end: 34.460302999999996);
        Assert.Equal(5, result.Request(2).OutputLength);
    }

    [Fact]
    public void Example_5_ranks_of_a_worker_wait_for_the_slowest()
    {
        ReplayResult result = Sim.Run(
            """
            {"timestamp":0,"input_length":20,"output_length":2,"hash_ids":[1,2]}
            {"timestamp":0,"input_length":200,"output_length":1,"hash_ids":[11,12,13,14,15,16,17,18,19,20,21,22,23]}
            """,
            Sim.Settings("""{"block_size":16,"dp_size":2}"""));
        result.Request(1).Shows(first: 25.337786, end: 31.084379000000002, worker: 0);
        result.Request(2).Shows(first: 25.337786, end: 25.337786, worker: 1);
    }

    // Found against the reference: an empty prompt is admitted without its blocks being counted, so that it preempts
    // what runs; the preempted request stands before it in the queue then.
    [Theory]
    [InlineData("native")]
    [InlineData("kvbm")]
    public void An_empty_prompt_may_preempt_when_it_is_resumed(string backend)
    {
        ReplayResult result = Sim.Run(
            """
            {"input_length":0,"output_length":8,"hash_ids":[],"request_id":"a"}
            {"input_length":1,"output_length":0,"hash_ids":[358],"request_id":"b"}
            {"input_length":1,"output_length":0,"hash_ids":[346],"request_id":"c"}
            {"input_length":26,"output_length":9,"hash_ids":[3],"request_id":"d"}
            """,
            Sim.Settings($$"""{"block_size":32,"num_gpu_blocks":2,"preemption_mode":"fifo","g1_backend":"{{backend}}"}""", workers: 3),
            AgentSim.Rows.TraceFormat.AgenticMooncake,
            traceBlockSize: 32);
        result.Request(1).Shows(admit: 0, first: 43.206474, end: 307.58647399999995, worker: 0);
        result.Request(2).Shows(end: 16.516604, worker: 1);
        result.Request(4).Shows(admit: 0, first: 43.206474, end: 341.59647399999994, reused: 32, worker: 0);
    }

    [Theory]
    [InlineData("""{"num_gpu_blocks":9223372036854775807}""", 92.47254299999999, 98.21254299999998)]
    [InlineData("""{"engine_type":"trtllm","num_gpu_blocks":9223372036854775807}""", 91.98613399999999, 97.72613399999999)]
    [InlineData("""{"engine_type":"sglang","num_gpu_blocks":9223372036854775807}""", 75.42397400000002, 81.16397400000001)]
    [InlineData("""{"engine_type":"sglang","block_size":64,"num_gpu_blocks":144115188075855873}""", 92.47254299999999, 98.21254299999998)]
    public void Blocks_without_number_hold_as_many_tokens_as_the_reference_counts(string engine, double first, double second)
    {
        ReplayResult result = Sim.Run(
            """
            {"timestamp":0,"input_length":100,"output_length":10,"hash_ids":[1]}
            {"timestamp":5,"input_length":100,"output_length":10,"hash_ids":[1]}
            """,
            Sim.Settings(engine),
            traceBlockSize: 512);
        result.Request(1).Shows(end: first);
        result.Request(2).Shows(end: second);
    }
}
