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
    private readonly double[] _weights;   // scratch of the draw by temperature
    private Wyrand _random;

    public TargetChooser(RouterConfig config, TargetLoads loads, int targets, int blockSize, ulong seed)
    {
        _config = config;
        _loads = loads;
        _targets = targets;
        _blockSize = blockSize;
        _random = new Wyrand(seed);
        _counted = new int[targets];
        _weights = config.Temperature > 0 ? new double[targets] : [];
    }

    /// <summary>The target for a request, given the cached leading blocks of each target when it arrived.</summary>
    public int Choose(in RoutedRequest request, ReadOnlySpan<int> overlaps)
    {
        bool decays = _config.TracksPrefillTokens && _config.OverlapScoreCreditDecay > 0;
        long least = decays ? _loads.LeastPrefillTokens() : 0;
        _loads.Measure(request.Blocks, _counted);
        return _config.Temperature > 0 ? Draw(request, overlaps, decays, least) : Lowest(request, overlaps, decays, least);
    }

    private int Lowest(in RoutedRequest request, ReadOnlySpan<int> overlaps, bool decays, long least)
    {
        int best = 0;
        double bestCost = double.PositiveInfinity;
        ulong ties = 0;
        for (int target = 0; target < _targets; target++)
        {
            double cost = Cost(target, request, overlaps[target], decays, least);
            if (cost < bestCost)
            {
                best = target;
                bestCost = cost;
                ties = 1;
            }
            else if (cost == bestCost)
            {
                ties++;
                if (_random.Below(ties) == 0) best = target;
            }
        }

        return best;
    }

    private int Draw(in RoutedRequest request, ReadOnlySpan<int> overlaps, bool decays, long least)
    {
        double low = double.PositiveInfinity;
        double high = double.NegativeInfinity;
        for (int target = 0; target < _targets; target++)
        {
            double cost = Cost(target, request, overlaps[target], decays, least);
            _weights[target] = cost;
            if (cost < low) low = cost;
            if (cost > high) high = cost;
        }

        double draw = _random.Real();
        if (low == high)
        {
            Array.Fill(_weights, 1.0 / _targets);
        }
        else
        {
            double k = -1.0 / ((high - low) * _config.Temperature);
            double c = low * k;
            for (int target = 0; target < _targets; target++) _weights[target] = Math.Exp(_weights[target] * k - c);
        }

        double sum = 0;
        foreach (double weight in _weights) sum += weight;
        double cumulative = 0;
        for (int target = 0; target < _targets; target++)
        {
            cumulative += _weights[target] / sum;
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
