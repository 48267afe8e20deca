using AgentSim.Collections;
using AgentSim.Workload;

namespace AgentSim.Routing;

/// <summary>
/// What the admitted requests of each target weigh: pending prompt tokens, distinct prompt blocks, requests
/// (specification 05, 5). Nothing expires; a request's weight leaves with <see cref="EndPrefill"/> and <see cref="Remove"/>.
/// </summary>
internal sealed class TargetLoads
{
    private readonly long[] _prefillTokens;
    private readonly int[] _requests;
    private readonly long[] _blocks;            // used when blocks are tracked but not shared
    private readonly PagedInts[] _shared;       // block identity -> owners, when blocks are shared; empty otherwise
    private readonly bool _tracksPrefill;
    private readonly bool _tracksBlocks;
    private readonly int _blockSize;
    private Admission[] _admissions = [];       // by request

    private struct Admission
    {
        public PromptBlocks Blocks;
        public int TargetPlusOne;               // 0: not admitted, or gone
        public int PrefillTokens;               // 0 once the prompt is done
        public int OwnBlocks;                   // when blocks are not shared
    }

    public TargetLoads(RouterSettings settings, int targets, int blockSize)
    {
        _tracksPrefill = settings.RouterTrackPrefillTokens;
        _tracksBlocks = settings.RouterTrackActiveBlocks;
        _blockSize = blockSize;
        _prefillTokens = new long[targets];
        _requests = new int[targets];
        _blocks = new long[targets];
        _shared = [];
        if (!_tracksBlocks || !settings.RouterAssumeKvReuse) return;
        _shared = new PagedInts[targets];
        for (int t = 0; t < targets; t++) _shared[t] = new PagedInts();
    }

    /// <summary>Prompt tokens whose prefill has not ended.</summary>
    public long PrefillTokens(int target) => _prefillTokens[target];

    /// <summary>Admitted requests that have not ended.</summary>
    public int Requests(int target) => _requests[target];

    /// <summary>The lightest prefill load of any target.</summary>
    public long LeastPrefillTokens()
    {
        long least = long.MaxValue;
        foreach (long tokens in _prefillTokens) least = Math.Min(least, tokens);
        return least;
    }

    /// <summary>Distinct prompt blocks that <paramref name="target"/> would have with one more request.</summary>
    public long BlocksWith(int target, in RoutedRequest request)
    {
        if (!_tracksBlocks) return 0;
        if (_shared.Length == 0) return _blocks[target] + request.PromptTokens / _blockSize;
        PagedInts owners = _shared[target];
        return owners.Count + request.Blocks.Count - LeadingBlocks(owners, request.Blocks.Runs);
    }

    /// <summary>Admits a request.</summary>
    public void Add(int target, in RoutedRequest request, int overlapBlocks)
    {
        if (request.Id >= _admissions.Length) Array.Resize(ref _admissions, Math.Max(request.Id + 1, _admissions.Length * 2));
        ref Admission admission = ref _admissions[request.Id];
        admission.TargetPlusOne = target + 1;
        _requests[target]++;
        if (_tracksPrefill)
        {
            admission.PrefillTokens = request.PromptTokens - (int)Math.Min(request.PromptTokens, (long)overlapBlocks * _blockSize);
            _prefillTokens[target] += admission.PrefillTokens;
        }

        if (_shared.Length > 0)
        {
            admission.Blocks = request.Blocks;
            AddOwners(target, request.Blocks, 1);
        }
        else if (_tracksBlocks)
        {
            admission.OwnBlocks = request.PromptTokens / _blockSize;
            _blocks[target] += admission.OwnBlocks;
        }
    }

    /// <summary>The prompt of a request is done; its tokens no longer count.</summary>
    public void EndPrefill(int request)
    {
        if (request >= _admissions.Length) return;
        ref Admission admission = ref _admissions[request];
        if (admission.TargetPlusOne == 0) return;
        _prefillTokens[admission.TargetPlusOne - 1] -= admission.PrefillTokens;
        admission.PrefillTokens = 0;
    }

    /// <summary>A request ended. False when it was not admitted.</summary>
    public bool Remove(int request)
    {
        if (request >= _admissions.Length || _admissions[request].TargetPlusOne == 0) return false;
        EndPrefill(request);
        ref Admission admission = ref _admissions[request];
        int target = admission.TargetPlusOne - 1;
        _requests[target]--;
        _blocks[target] -= admission.OwnBlocks;
        if (_shared.Length > 0) AddOwners(target, admission.Blocks, -1);
        admission = default;
        return true;
    }

    private void AddOwners(int target, PromptBlocks blocks, int delta)
    {
        PagedInts owners = _shared[target];
        foreach (BlockRun run in blocks) owners.AddRun(run.First, run.Count, delta);
    }

    // Whoever owns a block owns all blocks before it, so presence along a prompt ends once: bisect, first over runs.
    private static int LeadingBlocks(PagedInts owners, ReadOnlySpan<BlockRun> runs)
    {
        if (runs.IsEmpty || owners[runs[0].First] == 0) return 0;
        int whole = 0;
        int end = runs.Length;
        while (whole < end)
        {
            int middle = (whole + end) >>> 1;
            if (owners[runs[middle].First + runs[middle].Count - 1] != 0) whole = middle + 1;
            else end = middle;
        }

        int blocks = 0;
        for (int run = 0; run < whole; run++) blocks += runs[run].Count;
        if (whole == runs.Length) return blocks;

        int present = 0;
        int absent = runs[whole].Count - 1;
        while (present < absent)
        {
            int middle = (present + absent) >>> 1;
            if (owners[runs[whole].First + middle] != 0) present = middle + 1;
            else absent = middle;
        }

        return blocks + present;
    }
}
