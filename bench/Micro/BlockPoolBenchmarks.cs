using AgentSim.Engines.Vllm;
using AgentSim.Prompts;
using AgentSim.Routing;
using AgentSim.Workload;
using BenchmarkDotNet.Attributes;

namespace AgentSim.Micro;

/// <summary>A prompt of 160 blocks, 128 of them cached, comes and goes; and a router's look-up of it, for all workers at once.</summary>
public class BlockPoolBenchmarks
{
    private const int Prompts = 256;
    private const int Workers = 8;

    private readonly PromptCatalog _catalog = PromptCatalogs.Create(Load.Workload(Prompts, 1).Columns, Load.BlockSize);
    private readonly Sequence _sequence = new();
    private readonly PrefixReaches _reaches = new();
    private readonly NativeBlockManager _blocks;
    private readonly int[] _leading = new int[Workers];
    private int _next;

    public BlockPoolBenchmarks()
    {
        // Holds some prompts, so that the pool evicts in the steady state.
        _blocks = new NativeBlockManager(1024, Load.BlockSize, cachingEnabled: true, _catalog, _reaches, rank: 0);
        for (int i = 0; i < Prompts; i++) AdmitAndRelease();
    }

    [Benchmark]
    public int AdmitAndRelease()
    {
        int request = _next++ % Prompts;
        int tokens = _catalog.PromptTokens(request);
        _sequence.Start(request, tokens, 1, _catalog.Blocks(request));
        int cached = Math.Min(_blocks.Match(_sequence).Blocks, (tokens - 1) / Load.BlockSize);
        if (!_blocks.TryAllocate(_sequence, 0, tokens / Load.BlockSize, cached))
            throw new InvalidOperationException("The pool is too small.");
        _sequence.Allocated = _sequence.Computed = tokens;
        _blocks.OnComputed(_sequence, cached * Load.BlockSize, tokens);
        _blocks.Release(_sequence, preempted: false);
        return cached;
    }

    [Benchmark]
    public int PrefixMatch()
    {
        _reaches.Measure(_catalog.Blocks(_next % Prompts), _leading);
        return _leading[0];
    }
}
