namespace AgentSim.Imports;

/// <summary>
/// Makes prompts out of recorded block ids, one after the other: each is held as the difference to the one before, so that
/// a conversation takes the memory of its new blocks. One for each scope in which equal ids are equal blocks and prompts
/// follow each other, such as a session. What two prompts share does not depend on it: equal ids of a scope are equal
/// blocks wherever they are.
/// </summary>
/// <param name="identity">Makes identities.</param>
/// <param name="scope">Where ids are unique: the trace, or the data set as a whole.</param>
/// <param name="blockTokens">Tokens of a block.</param>
internal sealed class RecordedIds(TextIdentity identity, string scope, int blockTokens)
{
    private const int ScopeBits = 36, SmallIdBits = 20;
    private const ulong SmallIds = 1UL << SmallIdBits;

    private readonly ulong _scope = identity.Of("recorded", "scope", scope);
    private ulong[] _last = [];
    private int _lastCount;
    private SourceRequest? _previous;

    /// <summary>The prompt of a request, which then has to be made with it and told to <see cref="Follow"/>.</summary>
    /// <param name="ids">The ids of its whole blocks, in order.</param>
    public RecordedPrompt Next(ReadOnlySpan<ulong> ids)
    {
        int kept = ids.CommonPrefixLength(_last.AsSpan(0, _lastCount));
        if (_previous is null) kept = 0;
        var news = new ulong[ids.Length - kept];
        for (int i = 0; i < news.Length; i++) news[i] = Mix(ids[kept + i]);
        if (_last.Length < ids.Length) _last = new ulong[Math.Max(ids.Length, _last.Length * 2)];
        ids.CopyTo(_last);
        _lastCount = ids.Length;
        return new RecordedPrompt { Predecessor = _previous, BlockTokens = blockTokens, KeptBlocks = kept, NewBlocks = news };
    }

    /// <summary>Says which request has the prompt made last.</summary>
    public void Follow(SourceRequest request) => _previous = request;

    // Ids of different scopes must not meet. Small ids, as nearly all are, stay consecutive: behind 36 bits of the scope
    // they make numbers of 17 digits of which mostly the last ones change, which is what compression thrives on.
    private ulong Mix(ulong id)
    {
        if (id < SmallIds) return (_scope >> (64 - ScopeBits) << SmallIdBits) | id;
        ulong mixed = (id + 1) * 0x9E3779B97F4A7C15UL;
        mixed = (mixed ^ (mixed >> 32)) * 0xD6E8FEB86659FD93UL;
        return _scope ^ mixed ^ (mixed >> 29);
    }
}
