namespace AgentSim.Engines;

/// <summary>Latencies interpolated from a planner profile (behaviour 02#3.3).</summary>
internal sealed class ProfileModel(ProfileTables tables, double speedupRatio, double decodeSpeedupRatio)
    : PerformanceModel(speedupRatio, decodeSpeedupRatio)
{
    private readonly double[] _prefillTokens = tables.PrefillTokens;
    private readonly double[] _prefillMs = tables.PrefillMs;

    public override bool DecodeDependsOnContext => true;

    public override string FileDigest => tables.Digest;

    /// <summary>The tables.</summary>
    public ProfileTables Tables => tables;

    protected override double PrefillModel(long requests, long fresh, long cached)
    {
        double tokens = requests * fresh;
        // Requests attend to their own prompts only: several with n new tokens each, behind c, are work as of one with all the new
        // ones behind c - (requests - 1) * n / 2.
        if (tables.CachedPrefill is { } table)
            return Grid(table.New, table.Cached, table.Ms, tokens, cached - ((requests - 1) * (fresh / 2.0)));
        int i = Segment(_prefillTokens, tokens);
        return Line(_prefillTokens[i], _prefillMs[i], _prefillTokens[i + 1], _prefillMs[i + 1], tokens);
    }

    protected override double DecodeModel(double activeTokens, double totalTokens, double context) =>
        Grid(tables.ActiveTokens, tables.Contexts, tables.DecodeMs, activeTokens, context);

    private static double Grid(double[] rows, double[] columns, double[,] values, double row, double column)
    {
        int i = Segment(rows, row);
        int j = Segment(columns, column);
        double low = Line(rows[i], values[i, j], rows[i + 1], values[i + 1, j], row);
        double high = Line(rows[i], values[i, j + 1], rows[i + 1], values[i + 1, j + 1], row);
        return Line(columns[j], low, columns[j + 1], high, column);
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
