namespace AgentSim.Engines;

/// <summary>Latencies interpolated from a planner profile (behaviour 02#3.3).</summary>
internal sealed class ProfileModel(ProfileTables tables, double speedupRatio, double decodeSpeedupRatio) : PerformanceModel(speedupRatio, decodeSpeedupRatio)
{
    private readonly double[] _prefillTokens = tables.PrefillTokens;
    private readonly double[] _prefillMs = tables.PrefillMs;
    private readonly double[] _activeTokens = tables.ActiveTokens;
    private readonly double[] _contexts = tables.Contexts;
    private readonly double[,] _decodeMs = tables.DecodeMs;

    public override bool DecodeDependsOnContext => true;

    public override string FileDigest => tables.Digest;

    protected override double PrefillModel(long requests, long fresh, long cached)
    {
        double tokens = requests * fresh;
        int i = Segment(_prefillTokens, tokens);
        return Line(_prefillTokens[i], _prefillMs[i], _prefillTokens[i + 1], _prefillMs[i + 1], tokens);
    }

    protected override double DecodeModel(double activeTokens, double totalTokens, double context)
    {
        int i = Segment(_activeTokens, activeTokens);
        int j = Segment(_contexts, context);
        double low = Line(_activeTokens[i], _decodeMs[i, j], _activeTokens[i + 1], _decodeMs[i + 1, j], activeTokens);
        double high = Line(_activeTokens[i], _decodeMs[i, j + 1], _activeTokens[i + 1], _decodeMs[i + 1, j + 1], activeTokens);
        return Line(_contexts[j], low, _contexts[j + 1], high, context);
    }

    // The segment that holds the query; outside the axis the border segment extrapolates.
    private static int Segment(double[] axis, double query)
    {
        if (query <= axis[0]) return 0;
        if (query >= axis[^1]) return axis.Length - 2;
        int at = Array.BinarySearch(axis, query);
        return at >= 0 ? at : ~at - 1;
    }

    private static double Line(double x1, double y1, double x2, double y2, double x) => ((y2 - y1) / (x2 - x1) * (x - x1)) + y1;
}
