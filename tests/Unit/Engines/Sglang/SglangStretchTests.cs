using System.Text;
using AgentSim.Recording;
using AgentSim.Rows;
using AgentSim.Simulation;
using AgentSim.Workload;

namespace AgentSim.Tests.Engines.Sglang;

/// <summary>Planned stretches give what single passes give, bit for bit.</summary>
public sealed class SglangStretchTests
{
    [Theory]
    [InlineData(1, "\"block_size\":1,\"num_gpu_blocks\":900", RouterMode.RoundRobin, 1)]
    [InlineData(2, "\"block_size\":16,\"num_gpu_blocks\":40,\"sglang\":{\"clip_max_new_tokens\":8,\"schedule_conservativeness\":0.1}",
        RouterMode.RoundRobin, 1)]
    [InlineData(3, "\"block_size\":4,\"num_gpu_blocks\":200,\"max_num_seqs\":3", RouterMode.RoundRobin, 2)]
    [InlineData(4, "\"block_size\":8,\"num_gpu_blocks\":90,\"sglang\":{\"schedule_policy\":\"lpm\"}", RouterMode.RoundRobin, 1)]
    [InlineData(5, "\"block_size\":16,\"num_gpu_blocks\":48", RouterMode.KvRouter, 3)]
    [InlineData(6, "\"block_size\":1,\"num_gpu_blocks\":700,\"sglang\":{\"schedule_policy\":\"lpm\",\"clip_max_new_tokens\":3}",
        RouterMode.KvRouter, 2)]
    [InlineData(7, "\"block_size\":16", RouterMode.KvRouter, 2)]
    public void Stretches_and_single_passes_agree(int seed, string engine, RouterMode router, int workers)
    {
        for (int round = 0; round < 6; round++)
        {
            ReplayWorkload workload = WorkloadLoader.FromRows(Rows(new Random((seed * 1000) + round)), 16);
            ReplaySettings settings = new() { Engine = SglangReplay.Arguments(engine), RouterMode = router, Workers = workers };
            Assert.Equal(Records(workload, settings with { StepByStep = true }), Records(workload, settings));
        }
    }

    private static List<MooncakeRow> Rows(Random random)
    {
        var rows = new List<MooncakeRow>();
        double time = 0;
        for (int i = 0; i < 60; i++)
        {
            int input = random.Next(1, 200), output = random.Next(1, 150), shared = random.Next(6);
            ulong[] ids = [.. Enumerable.Range(0, (input + 15) / 16)
                .Select(block => block < shared ? (ulong)block : (ulong)((i * 100) + block))];
            rows.Add(SglangReplay.Row(time, input, output, ids));
            time += random.Next(3) == 0 ? 0 : random.Next(400);
        }

        return rows;
    }

    private static string Records(ReplayWorkload workload, ReplaySettings settings)
    {
        ReplayResult result = Replay.Run(workload, settings);
        using var stream = new MemoryStream();
        RequestLogWriter.Write(stream, result.Requests);
        return Encoding.UTF8.GetString(stream.ToArray());
    }
}
