namespace AgentSim.Engines.Vllm;

/// <summary>
/// What the request at the head of a queue finds in the cache. It is looked up pass after pass, with all its blocks, until there is
/// room. From the second time on the answer is kept until one of the blocks that it depends on changes: those that were found, and the
/// first one that was not.
/// </summary>
internal sealed class RepeatedMatch
{
    private readonly HashSet<int> _blocks = [];
    private readonly List<int> _found = [];
    private Sequence? _sequence;
    private (int Starts, int Blocks) _asked;
    private bool _isRepeated;
    private CachedPrefix _answer;

    /// <summary>True while an answer is kept, so that changes have to be told.</summary>
    public bool IsKept { get; private set; }

    /// <summary>The answer, if it is kept. If not, it is asked for now, and <see cref="Answer"/> follows.</summary>
    public bool TryGet(Sequence sequence, out CachedPrefix answer)
    {
        (int, int) asked = (sequence.Starts, sequence.FullBlocks);
        _isRepeated = _sequence == sequence && _asked == asked;
        answer = _answer;
        if (_isRepeated && IsKept) return true;
        Forget();
        (_sequence, _asked) = (sequence, asked);
        return false;
    }

    /// <summary>The answer depends on a block, the next of the prompt.</summary>
    public void DependsOn(int identity, bool isFound)
    {
        if (!_isRepeated) return;
        _blocks.Add(identity);
        if (isFound) _found.Add(identity);
    }

    /// <summary>The answer to what was asked last.</summary>
    public CachedPrefix Answer(CachedPrefix answer)
    {
        IsKept = _isRepeated;
        return _answer = answer;
    }

    /// <summary>A block is in use now, or is no longer, or has come into the cache.</summary>
    public void Changed(int identity)
    {
        if (_blocks.Contains(identity)) Forget();
    }

    /// <summary>An unused block has left the cache. Mostly it is the last one found, since those behind it went before.</summary>
    public void Evicted(int identity)
    {
        if (!_blocks.Contains(identity)) return;
        int last = _found.Count - 1;
        if (last < 0 || _found[last] != identity)
        {
            Forget();
            return;
        }

        _found.RemoveAt(last);
        _answer = _answer with { Blocks = last };
    }

    private void Forget()
    {
        IsKept = false;
        _blocks.Clear();
        _found.Clear();
    }
}
