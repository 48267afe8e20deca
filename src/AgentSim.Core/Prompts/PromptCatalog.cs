namespace AgentSim.Prompts;

/// <summary>
/// The engine-block view of a workload's prompts for one run: which blocks a prompt consists of, and which blocks its
/// output makes (behaviour 01#8.3). Identities are dense integers that only say "same tokens from the start".
/// </summary>
internal abstract class PromptCatalog
{
    /// <summary>
    /// True when generated blocks can equal prompt blocks of other requests, so that they need identities
    /// (<see cref="GeneratedBlock"/>); false when nothing but the request itself can ever match them.
    /// </summary>
    public abstract bool HasGeneratedIdentities { get; }

    /// <summary>The request is handed out: its prompt can be asked for from now on.</summary>
    public virtual void Open(int request)
    {
    }

    /// <summary>Length of the prompt in tokens, earlier turns included where the format accumulates them.</summary>
    public abstract int PromptTokens(int request);

    /// <summary>The complete blocks of the prompt.</summary>
    public abstract PromptBlocks Blocks(int request);

    /// <summary>Identity of the complete block at <paramref name="index"/>, which ends with generated tokens.</summary>
    public virtual int GeneratedBlock(int request, int index) => throw new InvalidOperationException("Generated blocks of this workload have no identity.");

    /// <summary>The chain that a generated block belongs to, by its identity (<see cref="ChainBlocks"/>).</summary>
    public virtual int ChainOf(int identity) => throw new InvalidOperationException("Generated blocks of this workload have no identity.");

    /// <summary>First identity that no prompt and no output uses; what is above is free for private use.</summary>
    public abstract int FreeIdentity { get; }

    /// <summary>The request ended after <paramref name="emitted"/> output tokens; a rejected one leaves no trace in its session.</summary>
    public virtual void Close(int request, int emitted, bool rejected)
    {
    }
}
