using AgentSim.Imports;

namespace AgentSim.Tests.Imports;

public sealed class AnchoredChainTests : IDisposable
{
    private const int BlockSize = 10;
    private readonly TextIdentity _identity = new(null);
    private int _number;

    public void Dispose() => _identity.Dispose();

    [Fact]
    public void A_prompt_has_all_tokens_of_the_one_before_and_exactly_its_reported_length()
    {
        SourceRequest first = Request(1003, null, ("sys", 400), ("ask", 12));
        SourceRequest second = Request(1511, first, ("result", 90));
        Resolve(first, second);

        Assert.Equal(1511, second.Path!.Length);
        Assert.Equal(152, second.Path.BlockCount);
        Assert.Equal(1003, second.KeptTokens);
        Assert.Equal(100, Shared(first, second));   // every whole block of the first
    }

    [Fact]
    public void Two_requests_that_go_on_from_the_same_one_share_its_prompt_and_the_answer()
    {
        SourceRequest first = Request(1000, null, ("ask", 10));
        SourceRequest left = Request(2000, first, ("left", 500)), right = Request(2000, first, ("right", 500));
        Resolve(first, left, right);

        Assert.InRange(Shared(left, right), 100, 199);
    }

    [Fact]
    public void After_a_reset_only_the_pool_stays()
    {
        SourceRequest first = Request(1000, null, pool: 300, ("ask", 10)), next = Request(700, first, isReset: true, ("summary", 100));
        Resolve(first, next);

        Assert.Equal(300, next.KeptTokens);
        Assert.Equal(30, Shared(first, next));
    }

    [Fact]
    public void A_prompt_that_is_too_short_to_go_on_keeps_what_the_provider_knew()
    {
        SourceRequest first = Request(1000, null, ("ask", 10)), next = Request(900, first, cached: 800, ("more", 10));
        Resolve(first, next);

        Assert.Equal(800, next.KeptTokens);
        Assert.Equal(900, next.Path!.Length);
    }

    [Fact]
    public void Contexts_that_take_turns_are_told_apart_by_what_was_cached()
    {
        SourceRequest a1 = Request(1000, null, ("ask", 10)), b1 = Request(1010, a1, cached: 5, ("other", 10));
        SourceRequest a2 = Request(1200, b1, cached: 1000, ("a", 10)), b2 = Request(1400, a2, cached: 1010, ("b", 10));
        Resolve(a1, b1, a2, b2);

        Assert.Equal(1000, a2.KeptTokens);
        Assert.Equal(1010, b2.KeptTokens);
        Assert.Equal(101, Shared(b1, b2));
    }

    [Fact]
    public void By_usage_what_was_not_cached_is_new()
    {
        SourceRequest first = Request(1000, null, ("ask", 10)), next = Request(1200, first, cached: 400, ("more", 10));
        new AnchoredChain(_identity, PrefixRule.Usage, BlockSize).Resolve([[first, next]], default);

        Assert.Equal(40, Shared(first, next));
    }

    private void Resolve(params SourceRequest[] requests) =>
        new AnchoredChain(_identity, PrefixRule.Chain, BlockSize).Resolve([requests], default);

    private static int Shared(SourceRequest x, SourceRequest y) => x.Path!.ToHashes().AsSpan().CommonPrefixLength(y.Path!.ToHashes());

    private SourceRequest Request(long tokens, SourceRequest? before, params (string Text, double Tokens)[] added) =>
        Request(tokens, before, 0, false, null, added);

    private SourceRequest Request(long tokens, SourceRequest? before, long pool, params (string Text, double Tokens)[] added) =>
        Request(tokens, before, pool, false, null, added);

    private SourceRequest Request(long tokens, SourceRequest? before, bool isReset, params (string Text, double Tokens)[] added) =>
        Request(tokens, before, 0, isReset, null, added);

    private SourceRequest Request(long tokens, SourceRequest? before, int cached, params (string Text, double Tokens)[] added) =>
        Request(tokens, before, 0, false, cached, added);

    private SourceRequest Request(long tokens, SourceRequest? before, long pool, bool isReset, int? cached,
        (string Text, double Tokens)[] added) => new()
    {
        SourceId = $"{++_number}",
        Place = new SourcePlace("test", _number),
        InputTokens = tokens,
        CachedTokens = cached,
        OutputTokens = 100,
        Prompt = new ChainedPrompt
        {
            Predecessor = before,
            Added = [.. added.Select(part => new PromptSegment(_identity.Of("user", "text", part.Text), part.Tokens))],
            Answer = [new PromptSegment(_identity.Of("assistant", "text", $"answer {_number}"), 100)],
            IsReset = isReset,
            MayInterleave = true,
            PoolKey = "pool",
            PoolTokens = pool,
        },
    };
}
