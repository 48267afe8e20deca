using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace AgentSim.Routing;

/// <summary>
/// The choice of a target: cost of each, then the lowest with seeded ties, or a draw by temperature
/// (behaviour 05#7). The order of every floating-point operation decides ties, so it must stay as it is.
/// </summary>
internal sealed class TargetChooser
{
    private readonly TargetLoads _loads;
    private readonly RouterConfig _config;
    private readonly int _targets;
    private readonly int _blockSize;
    private readonly int[] _counted;      // scratch: leading blocks of the request that are in each target's load already
    private readonly double[] _costs;     // scratch: of each target; of the draw by temperature, its weight
    private Wyrand _random;

    private struct Lead()
    {
        public int Target;
        public double Cost = double.PositiveInfinity;
        public ulong Ties;
    }

    public TargetChooser(RouterConfig config, TargetLoads loads, int targets, int blockSize, ulong seed)
    {
        _config = config;
        _loads = loads;
        _targets = targets;
        _blockSize = blockSize;
        _random = new Wyrand(seed);
        _counted = new int[targets];
        _costs = new double[targets];
    }

    /// <summary>The target for a request, given the cached leading blocks of each target when it arrived.</summary>
    public int Choose(in RoutedRequest request, ReadOnlySpan<int> overlaps)
    {
        bool decays = _config.TracksPrefillTokens && _config.OverlapScoreCreditDecay > 0;
        long least = decays ? _loads.LeastPrefillTokens() : 0;
        _loads.Measure(request.Blocks, _counted);
        if (_config.Temperature > 0) return Draw(request, overlaps, decays, least);
        return decays || !_loads.AreExact || !CountsPairs ? Lowest(request, overlaps, decays, least) : LowestOfPairs(request, overlaps);
    }

    /// <summary>Whether the costs of two targets are computed at once where they can be.</summary>
    public bool CountsPairs { get; init; } = Vector128.IsHardwareAccelerated;

    // What Lowest finds without decay.
    private int LowestOfPairs(in RoutedRequest request, ReadOnlySpan<int> overlaps)
    {
        int pairs = CostsOfPairs(request, overlaps);
        ref double costAt = ref MemoryMarshal.GetArrayDataReference(_costs);
        Vector128<double> lowest = Vector128.Create(double.PositiveInfinity);
        Lead lead = new();
        for (int target = 0; target < pairs; target += Vector128<double>.Count)
        {
            // What is below all before is looked at one by one.
            if (!Vector128.LessThanOrEqualAny(Vector128.LoadUnsafe(ref costAt, (nuint)target), lowest)) continue;
            Take(ref lead, target, _costs[target]);
            Take(ref lead, target + 1, _costs[target + 1]);
            lowest = Vector128.Create(lead.Cost);
        }

        for (int target = pairs; target < _targets; target++)
            Take(ref lead, target, Cost(target, request, overlaps[target], decays: false, least: 0));
        return lead.Target;
    }

    // Costs without decay, by the same operations for two targets at once; returns of how many targets. There is no call behind the first,
    // so that what is the same for all stays in registers.
    private int CostsOfPairs(in RoutedRequest request, ReadOnlySpan<int> overlaps)
    {
        double ownBlocks = _loads.BlocksOf(request);
        ref double prefillAt = ref MemoryMarshal.GetReference(_loads.PrefillOfEach), blocksAt =
            ref MemoryMarshal.GetReference(_loads.BlocksOfEach), requestsAt = ref MemoryMarshal.GetReference(_loads.RequestsOfEach);
        ref int overlapAt = ref MemoryMarshal.GetReference(overlaps), countedAt = ref MemoryMarshal.GetArrayDataReference(_counted);
        ref double costAt = ref MemoryMarshal.GetArrayDataReference(_costs);
        // By a power of two, multiplying is as exact as dividing.
        bool multiplies = BitOperations.IsPow2(_blockSize);
        double scale = multiplies ? 1.0 / _blockSize : _blockSize;
        Vector128<double> scales = Vector128.Create(scale), tokens = Vector128.Create((double)request.PromptTokens),
            credits = Vector128.Create(_config.OverlapScoreCredit), loads = Vector128.Create(_config.PrefillLoadScale),
            weights = Vector128.Create(_config.DecodeActiveRequestWeight), own = Vector128.Create(ownBlocks);
        bool tracks = _config.TracksPrefillTokens;
        nuint target = 0, end = (nuint)_targets & ~(nuint)1;
        for (; target < end; target += 2)
        {
            Vector128<double> raw = default;
            if (tracks)
            {
                Vector128<double> pending = Vector128.LoadUnsafe(ref prefillAt, target) + tokens;
                raw = multiplies ? pending * scales : pending / scales;
            }

            Vector128<double> adjusted = raw - (credits * Two(ref overlapAt, target));
            adjusted &= Vector128.GreaterThan(adjusted, default);   // 0 where it is not above
            // Where blocks are not shared, none are counted.
            Vector128<double> decode = Vector128.LoadUnsafe(ref blocksAt, target) + own - Two(ref countedAt, target);
            Vector128<double> cost = ((loads * adjusted) + decode) + (weights * Vector128.LoadUnsafe(ref requestsAt, target));
            cost.StoreUnsafe(ref costAt, target);
        }

        return (int)end;
    }

    private int Lowest(in RoutedRequest request, ReadOnlySpan<int> overlaps, bool decays, long least)
    {
        Lead lead = new();
        for (int target = 0; target < _targets; target++)
            Take(ref lead, target, Cost(target, request, overlaps[target], decays, least));
        return lead.Target;
    }

    // One cost after the other: the lowest so far, and a draw whenever one is as low.
    private void Take(ref Lead lead, int target, double cost)
    {
        if (cost < lead.Cost)
        {
            lead = new Lead { Target = target, Cost = cost, Ties = 1 };
        }
        else if (cost == lead.Cost)
        {
            lead.Ties++;
            if (_random.Below(lead.Ties) == 0) lead.Target = target;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<double> Two(ref int first, nuint at)
    {
        ref int low = ref Unsafe.Add(ref first, at);
        if (!Sse2.IsSupported) return Vector128.Create(low, (double)Unsafe.Add(ref low, 1));
        return Sse2.ConvertToVector128Double(Vector128.CreateScalarUnsafe(Unsafe.As<int, long>(ref low)).AsInt32());
    }

    private int Draw(in RoutedRequest request, ReadOnlySpan<int> overlaps, bool decays, long least)
    {
        double low = double.PositiveInfinity;
        double high = double.NegativeInfinity;
        for (int target = 0; target < _targets; target++)
        {
            double cost = Cost(target, request, overlaps[target], decays, least);
            _costs[target] = cost;
            if (cost < low) low = cost;
            if (cost > high) high = cost;
        }

        double draw = _random.Real();
        if (low == high)
        {
            Array.Fill(_costs, 1.0 / _targets);
        }
        else
        {
            double k = -1.0 / ((high - low) * _config.Temperature);
            double c = low * k;
            for (int target = 0; target < _targets; target++) _costs[target] = Math.Exp(_costs[target] * k - c);
        }

        double sum = 0;
        foreach (double weight in _costs) sum += weight;
        double cumulative = 0;
        for (int target = 0; target < _targets; target++)
        {
            cumulative += _costs[target] / sum;
            if (draw <= cumulative) return target;
        }

        return _targets - 1;
    }

    private double Cost(int target, in RoutedRequest request, int overlap, bool decays, long least)
    {
        long pending = _loads.PrefillTokens(target);
        double blockSize = _blockSize;
        double raw = _config.TracksPrefillTokens ? (pending + request.PromptTokens) / blockSize : 0.0;
        double decay = 1.0;
        if (decays)
        {
            double excess = (pending - least) / blockSize;
            double ownBlocks = ((long)request.PromptTokens + _blockSize - 1) / _blockSize;
            double relative = excess / ownBlocks;
            decay = 1.0 / (1.0 + _config.OverlapScoreCreditDecay * relative);
        }

        double credit = (_config.OverlapScoreCredit * decay) * overlap;
        double adjusted = raw - credit;
        if (!(adjusted > 0.0)) adjusted = 0.0;
        double prefill = _config.PrefillLoadScale * adjusted;
        double decode = _loads.BlocksWith(target, request, _counted[target]);
        return (prefill + decode) + _config.DecodeActiveRequestWeight * _loads.Requests(target);
    }
}
