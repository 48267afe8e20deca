using AgentSim.Collections;
using AgentSim.Prompts;

namespace AgentSim.Engines.Sglang;

/// <summary>A request on a rank (behaviour 03#A.2) and the pages it holds.</summary>
internal sealed class Sequence
{
    public int Request;
    public int PromptTokens;
    public int OutputLimit;
    public int Generated;

    /// <summary>Tokens that have KV slots: computed ones, or on a decode worker transferred ones.</summary>
    public int Materialised;

    /// <summary>The most tokens it ever had KV slots for; a retraction (SGLang's word for preemption) takes them away.</summary>
    public int MostMaterialised;

    /// <summary>Pages held: what <see cref="Materialised"/> needs.</summary>
    public int HeldPages;

    /// <summary>Leading pages of them that belong to the tree and are locked by this request.</summary>
    public int CachedPages;

    /// <summary>Pages behind <see cref="CachedPages"/> that a router sees although they are not in the tree (behaviour 03#A.6).</summary>
    public int ExposedPages;

    /// <summary>The deepest node of the tree that it locks; the root while it holds nothing.</summary>
    public int Node;

    /// <summary>Complete pages of the prompt.</summary>
    public PromptBlocks Prompt;

    /// <summary>Complete pages behind those of the prompt, as far as they were asked for; each ends with a generated token.</summary>
    public GrowList<BlockRun> GeneratedPages;

    public int GeneratedPageCount;

    // Its place in the queue under longest-prefix-first.
    public int MatchedPages;
    public bool IsDeferred;

    public int Length => PromptTokens + Generated;

    public int Remaining => Math.Max(0, OutputLimit - Generated);

    public void Start(int request, int promptTokens, int outputLimit, PromptBlocks prompt)
    {
        Request = request;
        PromptTokens = promptTokens;
        OutputLimit = outputLimit;
        Prompt = prompt;
        Generated = MostMaterialised = 0;
        GeneratedPages.Clear();
        GeneratedPageCount = 0;
        DropPages();
    }

    /// <summary>Forgets the pages it held.</summary>
    public void DropPages()
    {
        Materialised = HeldPages = CachedPages = ExposedPages = 0;
        Node = RadixTree.Root;
    }
}
