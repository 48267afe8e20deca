using AgentSim.Collections;
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
    private readonly int[] _slots;              // by request: its admission, 0 where it is not admitted, or gone
    private Slots<Admission> _admissions = new();

    // The same once more, for sums of several targets at once.
    private readonly double[] _prefillOf;
    private readonly double[] _blocksOf;
    private readonly double[] _requestsOf;

    private struct Admission
    {
        public PromptBlocks Blocks;
        public int Target;
        public int PrefillTokens;               // 0 once the prompt is done
        public int OwnBlocks;                   // when blocks are not shared
    }

    public TargetLoads(RouterConfig config, int targets, int requests, int blockSize)
    {
        _slots = new int[requests];
        _tracksPrefill = config.TracksPrefillTokens;
        _tracksBlocks = config.TracksActiveBlocks;
        _blockSize = blockSize;
        _prefillTokens = new long[targets];
        _requests = new int[targets];
        _blocks = new long[targets];
        (_prefillOf, _blocksOf, _requestsOf) = (new double[targets], new double[targets], new double[targets]);
        if (_tracksBlocks && config.AssumesKvReuse) _shared = new ActivePrompts(targets);
    }

    /// <summary>
    /// True as long as all loads are whole numbers so small that sums of two of them are exact, whichever way they are made.
    /// </summary>
    public bool AreExact { get; private set; } = true;

    /// <summary><see cref="PrefillTokens"/> of each target.</summary>
    public ReadOnlySpan<double> PrefillOfEach => _prefillOf;

    /// <summary><see cref="Requests"/> of each target.</summary>
    public ReadOnlySpan<double> RequestsOfEach => _requestsOf;

    /// <summary>Blocks of each target; <see cref="BlocksWith"/> adds <see cref="BlocksOf"/> and takes away what is counted.</summary>
    public ReadOnlySpan<double> BlocksOfEach => _blocksOf;

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

    /// <summary>Prompt blocks that a request adds to a target, before those are taken away that it has already.</summary>
    public int BlocksOf(in RoutedRequest request) =>
        !_tracksBlocks ? 0 : _shared is null ? request.PromptTokens / _blockSize : request.Blocks.Count;

    /// <summary>Admits a request.</summary>
    public void Add(int target, in RoutedRequest request, int overlapBlocks)
    {
        Admission admission = new() { Target = target };
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

        _slots[request.Id] = _admissions.Add(admission);
        Note(target);
    }

    /// <summary>The prompt of a request is done; its tokens no longer count.</summary>
    public void EndPrefill(int request)
    {
        int slot = _slots[request];
        if (slot == 0) return;
        ref Admission admission = ref _admissions[slot];
        int target = admission.Target;
        _prefillTokens[target] -= admission.PrefillTokens;
        _prefillOf[target] = _prefillTokens[target];
        admission.PrefillTokens = 0;
    }

    /// <summary>A request ended. False when it was not admitted.</summary>
    public bool Remove(int request)
    {
        int slot = _slots[request];
        if (slot == 0) return false;
        EndPrefill(request);
        ref Admission admission = ref _admissions[slot];
        int target = admission.Target;
        _requests[target]--;
        _blocks[target] -= admission.OwnBlocks;
        _shared?.Remove(target, admission.Blocks);
        (_slots[request], admission) = (0, default);
        _admissions.Free(slot);
        Note(target);
        return true;
    }

    private void Note(int target)
    {
        const long MostExact = 1L << 51;
        long blocks = !_tracksBlocks ? 0 : _shared?.Blocks(target) ?? _blocks[target];
        AreExact &= _prefillTokens[target] < MostExact && blocks < MostExact;
        (_prefillOf[target], _blocksOf[target], _requestsOf[target]) = (_prefillTokens[target], blocks, _requests[target]);
    }
}
