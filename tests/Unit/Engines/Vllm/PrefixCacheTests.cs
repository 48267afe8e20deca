using AgentSim.Collections;
using AgentSim.Engines.Vllm;
using AgentSim.Prompts;
using AgentSim.Routing;

namespace AgentSim.Tests.Engines.Vllm;

/// <summary>Runs of copies behave like single copies in a list, as behaviour 02#5 describes them.</summary>
public sealed class PrefixCacheTests
{
    // Two chains of 20 blocks; identities are consecutive within a chain.
    private const int Identities = 40;
    private const int ChainLength = 20;

    private sealed class Copy(int identity)
    {
        public int Identity { get; } = identity;

        public int References { get; set; } = 1;
    }

    /// <summary>As behaviour 02#5.1 words it, one copy at a time.</summary>
    private sealed class PlainCopies
    {
        private readonly Dictionary<int, List<Copy>> _index = [];
        private readonly List<Copy> _lru = [];

        public int Inactive => _lru.Count;

        public Copy? First(int identity) => _index.TryGetValue(identity, out List<Copy>? copies) ? copies[0] : null;

        public void Take(int identity, List<Copy> held)
        {
            Copy copy = First(identity)!;
            if (copy.References++ == 0) _lru.Remove(copy);
            held.Add(copy);
        }

        public Copy Add(int identity)
        {
            if (!_index.TryGetValue(identity, out List<Copy>? copies)) _index[identity] = copies = [];
            Copy copy = new(identity);
            copies.Add(copy);
            return copy;
        }

        public void AddInactive(int identity)
        {
            Copy copy = Add(identity);
            copy.References = 0;
            _lru.Add(copy);
        }

        public void AddAnonymous(int blocks)
        {
            for (int i = 0; i < blocks; i++) _lru.Add(new Copy(-1) { References = 0 });
        }

        public void Release(List<Copy> held)
        {
            for (int i = held.Count - 1; i >= 0; i--)
            {
                if (--held[i].References == 0) _lru.Add(held[i]);
            }

            held.Clear();
        }

        public void Evict(int blocks)
        {
            for (; blocks > 0; blocks--)
            {
                Copy copy = _lru[0];
                _lru.RemoveAt(0);
                if (copy.Identity < 0) continue;
                _index[copy.Identity].Remove(copy);
                if (_index[copy.Identity].Count == 0) _index.Remove(copy.Identity);
            }
        }
    }

    private sealed class Holder
    {
        public GrowList<HeldCopies> Runs;

        public List<Copy> Copies { get; } = [];

        public int Next { get; set; }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Runs_of_copies_match_use_and_evict_what_single_copies_would(int seed)
    {
        Random random = new(seed);
        PrefixReaches reaches = new();
        PrefixCache copies = new(reaches, rank: 1);
        PlainCopies plain = new();
        Holder[] holders = [.. Enumerable.Range(0, 6).Select(_ => new Holder())];
        for (int step = 0; step < 20_000; step++)
        {
            Holder holder = holders[random.Next(holders.Length)];
            switch (random.Next(6))
            {
                case 0 or 1: Start(holder); break;
                case 2: Continue(holder); break;
                case 3: Release(holder); break;
                case 4: Evict(random.Next(1 + (copies.Inactive / 2))); break;
                case 5: AddUnused(); break;
            }

            Assert.Equal(plain.Inactive, copies.Inactive);
            BlockRun asked = Run(random.Next(Identities), Identities);
            Assert.Equal(Expected(asked), Found(asked));
            BlockRun prompt = Run(0, ChainLength);
            Assert.Equal([0, Expected(prompt).Matched], Measured(prompt));
        }

        BlockRun Run(int first, int most) => new(first, random.Next(1, Math.Min(most, LeftInChain(first)) + 1));

        int LeftInChain(int identity) => ChainLength - (identity % ChainLength);

        ChainBlocks InChain(BlockRun run) => new(run.First / ChainLength * ChainLength, run.First % ChainLength, run.Count);

        // What is cached is used, the rest computed: a request that begins.
        void Start(Holder begun)
        {
            Release(begun);
            BlockRun prompt = Run(random.Next(Identities), 20);
            int active = 0;
            int reuse = random.Next(1 + copies.Match(InChain(prompt), ref active));
            if (reuse > 0) copies.Take(InChain(prompt with { Count = reuse }), ref begun.Runs);
            for (int i = 0; i < reuse; i++) plain.Take(prompt.First + i, begun.Copies);
            Compute(begun, prompt.First + reuse, prompt.Count - reuse);
        }

        void Continue(Holder running)
        {
            int left = running.Next % ChainLength == 0 ? 0 : LeftInChain(running.Next);
            if (running.Copies.Count > 0 && left > 0) Compute(running, running.Next, random.Next(1, Math.Min(left, 4) + 1));
        }

        void Compute(Holder computing, int first, int count)
        {
            if (count > 0) copies.Add(InChain(new BlockRun(first, count)), ref computing.Runs);
            for (int i = 0; i < count; i++) computing.Copies.Add(plain.Add(first + i));
            computing.Next = first + count;
        }

        void Release(Holder ended)
        {
            copies.Release(ref ended.Runs);
            plain.Release(ended.Copies);
        }

        void Evict(int blocks)
        {
            copies.Evict(blocks);
            plain.Evict(blocks);
        }

        void AddUnused()
        {
            BlockRun unused = Run(random.Next(Identities), 6);
            copies.AddInactive(InChain(unused));
            for (int i = unused.Count - 1; i >= 0; i--) plain.AddInactive(unused.First + i);
            int blocks = random.Next(4);
            copies.AddAnonymous(blocks);
            plain.AddAnonymous(blocks);
        }

        (int Matched, int Active) Found(BlockRun blocks)
        {
            int active = 0;
            return (copies.Match(InChain(blocks), ref active), active);
        }

        int[] Measured(BlockRun prompt)
        {
            int[] leading = new int[2];
            reaches.Measure(new PromptBlocks([prompt], 0, 1, prompt.Count), leading);
            return leading;
        }

        (int Matched, int Active) Expected(BlockRun blocks)
        {
            int matched = 0, active = 0;
            for (; matched < blocks.Count && plain.First(blocks.First + matched) is Copy copy; matched++)
                active += copy.References > 0 ? 1 : 0;
            return (matched, active);
        }
    }
}
