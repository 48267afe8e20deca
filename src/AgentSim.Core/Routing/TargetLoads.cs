using AgentSim.Prompts;

namespace AgentSim.Routing;

/// <summary>
/// The load of each target by the requests placed there: prompt tokens still to be prefilled, distinct prompt blocks, requests
/// (behaviour 05#5). Nothing expires with time: <see cref="EndPrefill"/> and <see cref="Remove"/> take a request's load away.
/// </summary>
internal sealed class TargetLoads
{
    private readonly long[] _prefillTokens;
    private readonly int[] _requests;
    private readonly long[] _blocks;            // used when blocks are tracked but not shared
    private readonly ActivePrompts? _shared;    // when blocks are shared
    private readonly bool _tracksPrefill;
    private readonly bool _tracksBlocks;
    private readonly int _blockSize;
    private readonly Admission[] _admissions;   // by request

    private struct Admission
    {
        public PromptBlocks Blocks;
        public int TargetPlusOne;               // 0: not admitted, or gone
        public int PrefillTokens;               // 0 once the prompt is done
        public int OwnBlocks;                   // when blocks are not shared
    }

    public TargetLoads(RouterConfig config, int targets, int requests, int blockSize)
    {
        _admissions = new Admission[requests];
        _tracksPrefill = config.TracksPrefillTokens;
        _tracksBlocks = config.TracksActiveBlocks;
        _blockSize = blockSize;
        _prefillTokens = new long[targets];
        _requests = new int[targets];
        _blocks = new long[targets];
        if (_tracksBlocks && config.AssumesKvReuse) _shared = new ActivePrompts(targets);
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

    /// <summary>How many leading blocks of a prompt are already in each target's load, where blocks are shared.</summary>
    public void Measure(PromptBlocks prompt, Span<int> counted) => _shared?.Measure(prompt, counted);

    /// <summary>Distinct prompt blocks that <paramref name="target"/> would have with one more request.</summary>
    /// <param name="target">The target.</param>
    /// <param name="request">The request.</param>
    /// <param name="counted">What <see cref="Measure"/> said of it.</param>
    public long BlocksWith(int target, in RoutedRequest request, int counted)
    {
        if (!_tracksBlocks) return 0;
        if (_shared is null) return _blocks[target] + request.PromptTokens / _blockSize;
        return _shared.Blocks(target) + request.Blocks.Count - counted;
    }

    /// <summary>Admits a request.</summary>
    public void Add(int target, in RoutedRequest request, int overlapBlocks)
    {
        ref Admission admission = ref _admissions[request.Id];
        admission.TargetPlusOne = target + 1;
        _requests[target]++;
        if (_tracksPrefill)
        {
            admission.PrefillTokens = request.PromptTokens - (int)Math.Min(request.PromptTokens, (long)overlapBlocks * _blockSize);
            _prefillTokens[target] += admission.PrefillTokens;
        }

        if (_shared is not null)
        {
            admission.Blocks = request.Blocks;
            _shared.Add(target, request.Blocks);
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
        ref Admission admission = ref _admissions[request];
        if (admission.TargetPlusOne == 0) return;
        _prefillTokens[admission.TargetPlusOne - 1] -= admission.PrefillTokens;
        admission.PrefillTokens = 0;
    }

    /// <summary>A request ended. False when it was not admitted.</summary>
    public bool Remove(int request)
    {
        if (_admissions[request].TargetPlusOne == 0) return false;
        EndPrefill(request);
        ref Admission admission = ref _admissions[request];
        int target = admission.TargetPlusOne - 1;
        _requests[target]--;
        _blocks[target] -= admission.OwnBlocks;
        _shared?.Remove(target, admission.Blocks);
        admission = default;
        return true;
    }
}
