using AgentSim.Prompts;

namespace AgentSim.Workload;

/// <summary>What prompts of unrelated tasks have in common: a system prompt, tools, instructions of a project.</summary>
internal static class CommonPrefixes
{
    /// <summary>By request: how many blocks at the beginning of its prompt are in prompts of at least so many tasks.</summary>
    public static int[] BlocksOf(WorkloadColumns load, WorkloadTasks tasks, int least)
    {
        // Prompts that begin alike have nodes in common; a node is in as many tasks as its parent or fewer.
        var count = new int[load.Trie.Nodes.Count];
        var lastTask = new int[count.Length];
        foreach (int request in Enumerable.Range(0, tasks.TaskOf.Length).OrderBy(request => tasks.TaskOf[request]))
        {
            // What a later turn of a delta trace adds is no prefix.
            if (load.IsDelta && load.TurnOf(request) > 0) continue;
            int task = tasks.TaskOf[request] + 1;
            foreach (NodeRun run in load.Trie.Runs(load.PathStart[request], load.PathEnd[request]))
            {
                for (int node = run.First; node < run.First + run.Count; node++)
                {
                    if (lastTask[node] == task) continue;
                    lastTask[node] = task;
                    count[node]++;
                }
            }
        }

        return [.. Enumerable.Range(0, tasks.TaskOf.Length).Select(Leading)];

        int Leading(int request)
        {
            int blocks = 0;
            foreach (NodeRun run in load.Trie.Runs(load.PathStart[request], load.PathEnd[request]))
            {
                for (int node = run.First; node < run.First + run.Count; node++, blocks++)
                {
                    if (count[node] < least) return blocks;
                }
            }

            return blocks;
        }
    }

    /// <summary>Tokens of the distinct blocks at the beginning of prompts.</summary>
    /// <param name="load">The workload.</param>
    /// <param name="blocks">How many blocks of each prompt.</param>
    public static long Tokens(WorkloadColumns load, int[] blocks)
    {
        // By block, the most tokens that any prompt has of it: the last block of a prompt may be a part of one.
        var tokens = new Dictionary<int, int>();
        for (int request = 0; request < blocks.Length; request++)
        {
            int at = 0;
            foreach (NodeRun run in load.Trie.Runs(load.PathStart[request], load.PathEnd[request]))
            {
                for (int node = run.First; node < run.First + run.Count && at < blocks[request]; node++, at++)
                {
                    int held = Math.Min(load.TraceBlockSize, load.InputLength[request] - (at * load.TraceBlockSize));
                    tokens[node] = Math.Max(held, tokens.GetValueOrDefault(node));
                }
            }
        }

        return tokens.Values.Sum(static held => (long)held);
    }
}
