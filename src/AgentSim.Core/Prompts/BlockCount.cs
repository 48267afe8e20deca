namespace AgentSim.Prompts;

/// <summary>How many blocks hold a number of tokens.</summary>
internal static class BlockCount
{
    public static int Of(int tokens, int blockSize) => (int)(((long)tokens + blockSize - 1) / blockSize);

    public static long Of(long tokens, int blockSize) => (tokens + blockSize - 1) / blockSize;
}
