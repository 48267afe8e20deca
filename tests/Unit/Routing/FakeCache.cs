using AgentSim.Prompts;
using AgentSim.Routing;

namespace AgentSim.Tests.Routing;

/// <summary>A cache that holds what a test puts into it.</summary>
internal sealed class FakeCache : ITargetCache
{
    private readonly HashSet<int> _blocks = [];

    public void Store(PromptBlocks prompt)
    {
        for (int i = 0; i < prompt.Count; i++) _blocks.Add(prompt[i]);
    }

    public int CachedBlocks(PromptBlocks prompt)
    {
        int length = 0;
        while (length < prompt.Count && _blocks.Contains(prompt[length])) length++;
        return length;
    }
}
