namespace AgentSim.Prompts;

/// <summary>
/// Consecutive blocks of a chain: of block identities each of which is the child of the one before. A chain is known by
/// its first identity. The runs of prompts are beginnings of chains, so blocks that prompts share are in one chain.
/// </summary>
internal readonly record struct ChainBlocks(int Chain, int Offset, int Count)
{
    public int End => Offset + Count;
}
