using System.Diagnostics;
using System.Globalization;

namespace AgentSim.Prompts;

/// <summary>
/// Gives the engine blocks of a trie their identities, segment by segment, so that blocks that follow each other in a prompt get
/// consecutive numbers. A block that every prompt ends within gets none. A segment whose blocks follow those of another segment is
/// numbered right behind it: so the turns of a session, each of which completes the block that the one before left unfinished, are
/// one chain of blocks.
/// </summary>
internal sealed class BlockNumbering(TrieNodes nodes, int traceBlockSize, int blockSize)
{
    private const int None = -1;

    // Blocks of each segment that some prompt has as a whole; until they are numbered, also those in the segments behind it.
    private readonly int[] _used = new int[nodes.Segments.Length];
    private readonly int[] _first = new int[nodes.Segments.Length];

    /// <summary>Number of blocks.</summary>
    public int Count { get; private set; }

    /// <summary>Complete blocks in the tokens of so many trace blocks.</summary>
    public long BlocksUpTo(long depth) => traceBlockSize == blockSize ? depth : depth * traceBlockSize / blockSize;

    /// <summary>Number of the first block of a segment.</summary>
    public int FirstBlock(int segment) => _first[segment];

    /// <summary>A prompt has so many blocks from the start of a segment on; they may reach into the segments behind it.</summary>
    public void Use(int segment, int blocks) => _used[segment] = Math.Max(_used[segment], blocks);

    /// <summary>Numbers the blocks in use.</summary>
    /// <exception cref="AgentSimException"><c>TooManyBlocks</c>.</exception>
    public void Number()
    {
        SpreadUse();
        int[] following = FollowingSegments(out bool[] follows);
        long next = 0;
        for (int start = 0; start < _first.Length; start++)
        {
            if (follows[start]) continue;
            for (int segment = start; segment != None; segment = following[segment])
            {
                _first[segment] = (int)next;
                next += _used[segment];
                if (next > Array.MaxLength)
                {
                    throw Errors.TooManyBlocks.Error(
                        string.Create(
                            CultureInfo.InvariantCulture,
                                $"the prompts make more than {Array.MaxLength:N0} distinct blocks of {blockSize} tokens; use a larger " +
                                    $"engine block_size or split the trace"));
                }
            }
        }

        Count = (int)next;
    }

    // Blocks beyond the end of a segment are of those behind it. The prompt that has most from a segment on has most in all of them, so
    // that nothing is walked prompt by prompt.
    private void SpreadUse()
    {
        int beyond = 0;
        for (int segment = 0; segment < _used.Length; segment++)
        {
            int blocks = Math.Max(_used[segment], beyond);
            _used[segment] = (int)Math.Min(blocks, BlocksUpTo(EndDepth(segment)) - BlocksUpTo(StartDepth(segment)));
            beyond = blocks - _used[segment];
        }

        Debug.Assert(beyond == 0, "a prompt has more blocks than its segments");
    }

    // The segment to be numbered behind each: the next one if its nodes go on there, else the first one whose blocks do.
    private int[] FollowingSegments(out bool[] follows)
    {
        ReadOnlySpan<TrieSegment> segments = nodes.Segments;
        var following = new int[segments.Length];
        follows = new bool[segments.Length];
        Array.Fill(following, None);
        // From the last one, since a run may reach through segments in which no block ends.
        for (int segment = segments.Length - 1; segment > 0; segment--)
        {
            bool isInUse = _used[segment] > 0 || following[segment] != None;
            if (!isInUse || segments[segment].Parent != segments[segment].Start - 1) continue;
            following[segment - 1] = segment;
            follows[segment] = true;
        }

        for (int segment = 1; segment < segments.Length; segment++)
        {
            if (_used[segment] == 0 || follows[segment] || segments[segment].Parent == TrieNodes.None) continue;
            int before = nodes.SegmentOf(segments[segment].Parent);
            bool goesOn = BlocksUpTo(StartDepth(segment)) - BlocksUpTo(StartDepth(before)) == _used[before];
            if (!goesOn || following[before] != None) continue;
            following[before] = segment;
            follows[segment] = true;
        }

        return following;
    }

    // Depth of the last node before a segment.
    private int StartDepth(int segment) => nodes.Segments[segment].Depth - 1;

    private int EndDepth(int segment) => StartDepth(segment) + nodes.EndOf(segment) - nodes.Segments[segment].Start;
}
