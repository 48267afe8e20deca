namespace AgentSim.Engines;

/// <summary>Latencies interpolated from a planner profile (behaviour 02#3.3).</summary>
internal sealed class ProfileModel : PerformanceModel
{
    private static readonly string[] Names = ["prefill_isl", "prefill_ttft_ms", "decode_active_kv_tokens", "decode_context_length", "decode_itl"];

    private readonly double[] _prefillTokens;
    private readonly double[] _prefillMs;
    private readonly double[] _activeTokens;
    private readonly double[] _contexts;
    private readonly double[,] _decodeMs;

    private ProfileModel(double speedupRatio, double decodeSpeedupRatio, double[] prefillTokens, double[] prefillMs, double[] activeTokens, double[] contexts, double[,] decodeMs)
        : base(speedupRatio, decodeSpeedupRatio)
    {
        (_prefillTokens, _prefillMs) = (prefillTokens, prefillMs);
        (_activeTokens, _contexts, _decodeMs) = (activeTokens, contexts, decodeMs);
    }

    public override bool DecodeDependsOnContext => true;

    /// <summary>Reads an npz profile.</summary>
    /// <exception cref="AgentSimException"><c>ProfileInvalid</c>, with the file and the reason.</exception>
    public static ProfileModel Load(string path, double speedupRatio, double decodeSpeedupRatio)
    {
        try
        {
            Dictionary<string, NumpyArray> arrays = NumpyArray.ReadArchive(path, Names);
            double[] prefillTokens = Axis(arrays, "prefill_isl");
            double[] prefillMs = Named(arrays, "prefill_ttft_ms").Vector("prefill_ttft_ms");
            if (prefillMs.Length != prefillTokens.Length) throw new InvalidDataException("prefill_ttft_ms and prefill_isl differ in length");
            double[] active = Axis(arrays, "decode_active_kv_tokens");
            double[] contexts = Axis(arrays, "decode_context_length");
            double[,] decode = Named(arrays, "decode_itl").Matrix("decode_itl", active.Length, contexts.Length);
            CheckLatencies("prefill_ttft_ms", prefillMs);
            CheckLatencies("decode_itl", decode.Cast<double>());
            return new ProfileModel(speedupRatio, decodeSpeedupRatio, prefillTokens, prefillMs, active, contexts, decode);
        }
        catch (Exception error) when (error is IOException or InvalidDataException or UnauthorizedAccessException or NotSupportedException or ArgumentException or OverflowException)
        {
            string reason = error switch
            {
                FileNotFoundException or DirectoryNotFoundException => "there is no such file",
                UnauthorizedAccessException => Directory.Exists(path) ? "this is a folder, not a file" : "no permission to read it",
                _ => error.Message,
            };
            throw Errors.ProfileInvalid.At(path, 0,
                $"planner_profile_data cannot be used: {reason}; give an .npz file with {string.Join(", ", Names)}, or leave planner_profile_data out for the built-in latencies", error);
        }
    }

    private static double[] Axis(Dictionary<string, NumpyArray> arrays, string name)
    {
        double[] values = Named(arrays, name).Vector(name);
        if (values.Length < 2) throw new InvalidDataException($"{name} has fewer than 2 points");
        for (int i = 0; i < values.Length; i++)
        {
            if (!double.IsFinite(values[i])) throw new InvalidDataException($"{name} holds a value that is no finite number");
            if (i > 0 && values[i] <= values[i - 1]) throw new InvalidDataException($"{name} does not increase strictly");
        }

        return values;
    }

    private static void CheckLatencies(string name, IEnumerable<double> values)
    {
        if (!values.All(double.IsFinite)) throw new InvalidDataException($"{name} holds a value that is no finite number");
    }

    protected override double PrefillModel(double tokens)
    {
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

    private static NumpyArray Named(Dictionary<string, NumpyArray> arrays, string name) =>
        arrays.TryGetValue(name, out NumpyArray? array) ? array : throw new InvalidDataException($"{name} is missing");

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
