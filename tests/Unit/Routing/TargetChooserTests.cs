using AgentSim.Prompts;
using AgentSim.Routing;

namespace AgentSim.Tests.Routing;

public sealed class TargetChooserTests
{
    [Theory]
    [InlineData("{}", 16)]
    [InlineData("{}", 48)]   // no power of two
    [InlineData("""{"overlap_score_credit":0.3,"prefill_load_scale":1.7}""", 16)]
    [InlineData("""{"decode_active_request_weight":2.5,"router_assume_kv_reuse":false}""", 16)]
    [InlineData("""{"router_track_active_blocks":false}""", 48)]
    [InlineData("""{"router_track_prefill_tokens":false}""", 16)]
    public void Costs_of_two_targets_at_once_choose_what_single_costs_choose(string settings, int blockSize)
    {
        RouterConfig config = RouterConfig.Parse(settings, "router");
        Random random = new(7);
        int[] chosen = new int[2];
        for (int targets = 1; targets < 20; targets++)
        {
            const int Requests = 200;
            TargetLoads loads = new(config, targets, Requests, blockSize);
            TargetChooser pairs = new(config, loads, targets, blockSize, seed: 5) { CountsPairs = true };
            TargetChooser singles = new(config, loads, targets, blockSize, seed: 5) { CountsPairs = false };
            for (int number = 0; number < Requests; number++)
            {
                // Few lengths, so that many costs are equal and draws decide.
                int count = random.Next(1, 4);
                PromptBlocks blocks = new([new BlockRun(random.Next(2) * 10, count)], 0, 1, count);
                RoutedRequest request = new(number, (count * blockSize) + random.Next(2), blocks, 0, 0, null);
                int[] overlaps = [.. Enumerable.Range(0, targets).Select(_ => random.Next(3) == 0 ? random.Next(count + 1) : 0)];
                (chosen[0], chosen[1]) = (pairs.Choose(request, overlaps), singles.Choose(request, overlaps));
                Assert.Equal(chosen[1], chosen[0]);
                loads.Add(chosen[0], request, overlaps[chosen[0]]);
                if (random.Next(2) == 0) loads.EndPrefill(random.Next(number + 1));
                if (random.Next(2) == 0) loads.Remove(random.Next(number + 1));
            }

            Assert.True(loads.AreExact);
        }
    }
}
