using AgentSim.Prompts;

namespace AgentSim.Serving;

/// <summary>The prompts of served requests as blocks, by their tokens; outputs that come back in a prompt are found.</summary>
/// <param name="slots">The requests.</param>
/// <param name="words">What the words of outputs are as tokens of prompts.</param>
/// <param name="blockSize">Tokens of a block.</param>
/// <param name="mostBlocks">Blocks after which those that did not come again are forgotten.</param>
internal sealed class ServedPrompts(ServedSlots slots, ulong[] words, int blockSize, int mostBlocks)
    : ContentCatalog(new RecentBlocks(blockSize, mostBlocks), blockSize)
{
    private readonly List<BlockRun> _runs = [];   // scratch

    public override void Close(int request, int emitted, bool rejected)
    {
        Take(request);
        slots.Free(request);
    }

    protected override OpenPrompt Read(int request)
    {
        ServedRequest served = slots[request];
        TokenCursor cursor = TokenCursor.Start;
        cursor.High = served.Salt;   // of the first block, and so of all that follow it
        _runs.Clear();
        foreach (ulong token in served.Prompt) Interner.Append(ref cursor, token, 1, _runs);
        return new OpenPrompt { Tokens = served.Prompt.Length, Runs = [.. _runs], Tail = cursor };
    }

    protected override ulong OutputToken(int request, int index) => words[ServedRequest.WordOf(slots[request].Seed, index, words.Length)];
}
