using AgentSim.Prompts;
using AgentSim.Workload;

namespace AgentSim.Live;

/// <summary>Tokens of a prompt that stand for one block.</summary>
/// <param name="Identity">Equal identities have equal tokens.</param>
/// <param name="Tokens">How many of them.</param>
internal readonly record struct PromptPiece(ulong Identity, int Tokens)
{
    /// <summary>The ids of these tokens, where the server gave them; null: they follow from the identity.</summary>
    public IReadOnlyList<int>? Ids { get; init; }
}

/// <summary>What the prompts of a workload consist of.</summary>
internal sealed class PromptPieces(WorkloadColumns load)
{
    // Above the numbers of blocks.
    private const ulong Private = 1UL << 62;
    private const ulong Output = 1UL << 63;

    private readonly int[]? _emitted = load.IsDelta ? new int[load.InputLength.Length] : null;
    private readonly IReadOnlyList<int>?[] _ids = new IReadOnlyList<int>?[load.IsDelta ? load.InputLength.Length : 0];
    private bool _lacksIds;

    /// <summary>True where prompts hold outputs as the server made them, so that their ids are asked for.</summary>
    public bool WantsIds => load.IsDelta;

    /// <summary>True where prompts held outputs of the server as other tokens, since their ids are not known.</summary>
    public bool ReplacesOutputs => _lacksIds || load.AuthoredOutput is not null;

    /// <summary>The pieces of a prompt, in order.</summary>
    public List<PromptPiece> Of(int request)
    {
        var pieces = new List<PromptPiece>();
        // A turn of a delta trace has all turns before it in its prompt.
        for (int turn = load.IsDelta ? load.SessionStart[load.SessionOf[request]] : request; turn < request; turn++)
        {
            Add(turn, pieces);
            if (_emitted![turn] > 0) pieces.Add(new PromptPiece(Output | (uint)turn, _emitted[turn]) { Ids = _ids[turn] });
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
    /// <param name="request">The request.</param>
    /// <param name="output">How many tokens.</param>
    /// <param name="ids">Their ids, as far as the server gave them.</param>
    public void Ended(int request, int output, IReadOnlyList<int>? ids = null)
    {
        if (_emitted is null) return;
        _emitted[request] = output;
        if (ids?.Count == output) _ids[request] = ids;
        else _lacksIds |= output > 0 && request + 1 < load.SessionStart[load.SessionOf[request] + 1];
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
