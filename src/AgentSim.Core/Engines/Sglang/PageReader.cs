using AgentSim.Prompts;

namespace AgentSim.Engines.Sglang;

/// <summary>
/// Walks the pages of a prompt, run by run. The identity of a page stands for all tokens up to its end, so two runs that begin
/// with the same page are equal as far as the shorter one goes.
/// </summary>
internal ref struct PageReader(ReadOnlySpan<BlockRun> runs)
{
    private ReadOnlySpan<BlockRun> _runs = runs;
    private int _skip;   // pages of the first run that were walked past

    public readonly bool IsAtEnd => _runs.IsEmpty;

    /// <summary>The page it stands at.</summary>
    public readonly int Page => _runs[0].First + _skip;

    /// <summary>Moves past the pages that agree with those of a node from its first; returns how many.</summary>
    public int SkipCommon(in RadixNode node)
    {
        int common = 0;
        foreach (BlockRun key in node.Runs)
        {
            int done = 0;
            while (done < key.Count)
            {
                if (IsAtEnd || Page != key.First + done) return common;
                int agreed = Math.Min(key.Count - done, _runs[0].Count - _skip);
                done += agreed;
                common += agreed;
                Skip(agreed);
            }
        }

        return common;
    }

    /// <summary>The pages from here to the end of the run; moves past them.</summary>
    public BlockRun TakeRun()
    {
        BlockRun rest = new(Page, _runs[0].Count - _skip);
        Skip(rest.Count);
        return rest;
    }

    private void Skip(int pages)
    {
        _skip += pages;
        if (_skip < _runs[0].Count) return;
        _runs = _runs[1..];
        _skip = 0;
    }
}
