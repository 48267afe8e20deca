using AgentSim.Collections;
using AgentSim.Prompts;

namespace AgentSim.Engines.Vllm;

// The runs of copies: how they are made and split.
internal sealed partial class PrefixCache
{
    // Caches of workers that have much to do have more runs than this, and where there are many workers, what is given up when lists grow
    // adds up to collections of young objects.
    private const int FewRuns = 256;

    private Slots<CopyRun> _runs = new(FewRuns);   // slot 0, which no run has, is the sentinel of the circular LRU list

    // Splits a run, and all other copies of its blocks, behind so many blocks; returns the second part of the run itself.
    private int Split(int run, int at)
    {
        ChainBlocks rest = new(_runs[run].Chain, _runs[run].Offset + at, _runs[run].Count - at);
        int own = 0, last = 0;
        for (int each = Seek(rest.Chain, _runs[run].Offset, out _); each != 0; each = _runs[each].Sibling)
        {
            int part = NewRun(rest, _runs[each].References);
            _runs[part].SplitOff = _runs[each].SplitOff;
            _runs[each].SplitOff = part;
            _runs[each].Count = at;
            _runs[part].IsSibling = _runs[each].IsSibling;
            if (_runs[each].References == 0) LinkBefore(each, part);
            if (last == 0)
            {
                _runs[part].Further = _runs[each].Further;
                _runs[each].Further = part;
            }
            else
            {
                _runs[last].Sibling = part;
            }

            last = part;
            if (each == run) own = part;
        }

        return own;
    }

    // A run for blocks that had no copy, put into the chain's list of first copies behind a given run (0: at its beginning).
    private int NewFirst(ChainBlocks blocks, int before, int references)
    {
        int run = NewRun(blocks, references);
        if (before == 0)
        {
            _runs[run].Further = _chains[blocks.Chain];
            _chains[blocks.Chain] = run;
        }
        else
        {
            _runs[run].Further = _runs[before].Further;
            _runs[before].Further = run;
        }

        return run;
    }

    // Further copies of the blocks of a run, behind those there are.
    private int NewSibling(int last, int references)
    {
        int run = NewRun(new ChainBlocks(_runs[last].Chain, _runs[last].Offset, _runs[last].Count), references);
        while (_runs[last].Sibling != 0) last = _runs[last].Sibling;
        _runs[last].Sibling = run;
        _runs[run].IsSibling = true;
        return run;
    }

    private int NewRun(ChainBlocks blocks, int references) =>
        _runs.Add(new CopyRun { Chain = blocks.Chain, Offset = blocks.Offset, Count = blocks.Count, References = references });
}
