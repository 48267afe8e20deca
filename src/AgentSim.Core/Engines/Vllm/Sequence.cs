using AgentSim.Collections;
using AgentSim.Prompts;

namespace AgentSim.Engines.Vllm;

/// <summary>
/// A request on a rank (behaviour 02#4), with its block table. In block order the table has: copies in the prefix cache, which
/// others may use, too; then cached blocks of generated tokens that no prompt can match (only their number is kept, see
/// <see cref="NativeBlockManager"/>); then private blocks, which are not cached.
/// </summary>
internal sealed class Sequence
{
    public const int None = -1;

    public int Request;
    public int PromptTokens;
    public int OutputLimit;
    public int Generated;
    public int Computed;
    public int Allocated;
    public int MostComputed;
    public bool WasPreempted;

    /// <summary>How many requests it has been, one after the other.</summary>
    public int Starts;

    /// <summary>The prompt's complete blocks.</summary>
    public PromptBlocks Prompt;

    /// <summary>Logical blocks that are complete and have an identity; the one after them, if any, is partial.</summary>
    public int FullBlocks;

    // The blocks of the table, in this order.
    public int CopyCount;
    public int AnonymousCount;
    public int PrivateCount;

    /// <summary>The copies behind <see cref="CopyCount"/>, where blocks have copies.</summary>
    public GrowList<HeldCopies> Copies;

    /// <summary>Identities of generated blocks that a preempted request may find again in the cache.</summary>
    public GrowList<int> OwnIdentities;

    /// <summary>The same as one chain, where blocks are held by chains; <see cref="None"/> until it is needed.</summary>
    public int OwnChain;

    /// <summary>In a <see cref="Lockstep"/>: the steps before it joined.</summary>
    public long JoinedAt;

    // What the current pass gave it; valid while ScheduledPass is the number of the pass.
    public long ScheduledPass;
    public int ScheduledTokens;
    public int ScheduledPrompt;
    public int ScheduledPromptBefore;

    // The lengths at which a decode step only changes numbers: the new token is in the midst of a block that the sequence has.
    private int _quietFrom;
    private int _quietTo;

    public int Length => PromptTokens + Generated;

    /// <summary>True when the sequence decodes and its next token ends in the midst of a block that it has already.</summary>
    public bool IsQuiet
    {
        get
        {
            int length = Length;
            return length >= _quietFrom && length <= _quietTo && Computed == length - 1 && Allocated == Computed;
        }
    }

    /// <summary>True for an empty prompt, and for one whose KV was transferred here.</summary>
    public bool HoldsPrompt => Computed >= PromptTokens && Allocated >= PromptTokens;

    public int CachedTableLength => CopyCount + AnonymousCount;

    public int TableLength => CopyCount + AnonymousCount + PrivateCount;

    /// <summary>After a plain decode step: the sequence is quiet (<see cref="IsQuiet"/>) up to the end of the block it is in.</summary>
    public void KeepQuiet(int blockSize)
    {
        int block = Length / blockSize * blockSize;
        (_quietFrom, _quietTo) = (block + 2, block + blockSize - 1);
    }

    public void Start(int request, int promptTokens, int outputLimit, PromptBlocks prompt)
    {
        Starts++;
        Request = request;
        PromptTokens = promptTokens;
        OutputLimit = outputLimit;
        Prompt = prompt;
        FullBlocks = prompt.Count;
        Generated = Computed = Allocated = MostComputed = 0;
        CopyCount = AnonymousCount = PrivateCount = 0;
        WasPreempted = false;
        ScheduledPass = 0;
        _quietFrom = _quietTo = 0;
        OwnIdentities.Clear();
        OwnChain = None;
    }
}
