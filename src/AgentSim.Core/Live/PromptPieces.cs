using AgentSim.Prompts;
using AgentSim.Workload;

namespace AgentSim.Live;

/// <summary>Tokens of a prompt that stand for one block.</summary>
/// <param name="Identity">Equal identities have equal tokens.</param>
/// <param name="Tokens">How many of them.</param>
internal readonly record struct PromptPiece(ulong Identity, int Tokens);

/// <summary>What the prompts of a workload consist of.</summary>
internal sealed class PromptPieces(WorkloadColumns load)
{
    // Above the numbers of blocks.
    private const ulong Private = 1UL << 62;
    private const ulong Output = 1UL << 63;

    private readonly int[]? _emitted = load.IsDelta ? new int[load.InputLength.Length] : null;

    /// <summary>True where prompts hold outputs of the server, which are not known before and stand there as other tokens.</summary>
    public bool HasOutputs => load.IsDelta || load.AuthoredOutput is not null;

    /// <summary>The pieces of a prompt, in order.</summary>
    public List<PromptPiece> Of(int request)
    {
        var pieces = new List<PromptPiece>();
        // A turn of a delta trace has all turns before it in its prompt.
        for (int turn = load.IsDelta ? load.SessionStart[load.SessionOf[request]] : request; turn < request; turn++)
        {
            Add(turn, pieces);
            if (_emitted![turn] > 0) pieces.Add(new PromptPiece(Output | (uint)turn, _emitted[turn]));
        }

        Add(request, pieces);
        return pieces;
    }

    /// <summary>The ids of the blocks of a prompt, as measurements have them.</summary>
    public ulong[] Blocks(int request)
    {
        List<PromptPiece> pieces = Of(request);
        return [.. pieces.Select(piece => piece.Identity)];
    }

    /// <summary>A request produced its output, which goes into later prompts of its session where prompts are deltas.</summary>
    public void Ended(int request, int output)
    {
        if (_emitted is not null) _emitted[request] = output;
    }

    private void Add(int request, List<PromptPiece> pieces)
    {
        int left = load.InputLength[request];
        foreach (NodeRun run in load.Trie.Runs(load.PathStart[request], load.PathEnd[request]))
        {
            for (int node = run.First; node < run.First + run.Count && left > 0; node++)
            {
                int take = Math.Min(left, load.TraceBlockSize);
                pieces.Add(new PromptPiece((ulong)load.Trie.Nodes.Label(node), take));
                left -= take;
            }
        }

        if (left > 0) pieces.Add(new PromptPiece(Private | (uint)request, left));
    }
}
