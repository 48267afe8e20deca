using AgentSim.Prompts;

namespace AgentSim.Workload;

/// <summary>Makes the catalog that fits a workload.</summary>
internal static class PromptCatalogs
{
    public static PromptCatalog Create(WorkloadColumns load, int blockSize)
    {
        PromptColumns prompts = new()
        {
            Trie = load.Trie,
            PathStart = load.PathStart,
            PathEnd = load.PathEnd,
            TraceBlockSize = load.TraceBlockSize,
            InputLength = load.InputLength,
            AuthoredOutput = load.AuthoredOutput,
            Continued = load.IsDelta ? new ContinuedSessions(load.SessionOf, load.SessionStart, load.SessionNames) : null,
        };
        return prompts.Continued is not null || prompts.AuthoredOutput is not null ? new TokenCatalog(prompts, blockSize)
            : new TrieCatalog(prompts, blockSize);
    }
}
