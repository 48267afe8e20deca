using System.IO.Compression;

namespace AgentSim.Engines;

/// <summary>
/// The arrays of a planner profile (behaviour 02#3.3): prefill by new tokens, a decode step by active tokens and mean context, all in
/// milliseconds; and optionally a table of AgentSim's own, which the reference passes over.
/// </summary>
internal sealed class TimingTables
{
    private static readonly string[] Names = ["prefill_isl", "prefill_ttft_ms", "decode_active_kv_tokens", "decode_context_length", "decode_itl"];

    public TimingTables(double[] prefillTokens, double[] prefillMs, double[] activeTokens, double[] contexts, double[,] decodeMs)
    {
        (PrefillTokens, PrefillMs) = (prefillTokens, prefillMs);
        (ActiveTokens, Contexts, DecodeMs) = (activeTokens, contexts, decodeMs);
    }

    /// <summary>Prefill by new and cached tokens; null: cached tokens cost nothing.</summary>
    public CachedPrefillTable? CachedPrefill { get; init; }

    public double[] PrefillTokens { get; }

    public double[] PrefillMs { get; }

    public double[] ActiveTokens { get; }

    public double[] Contexts { get; }

    /// <summary>By active tokens and context.</summary>
    public double[,] DecodeMs { get; }

    /// <summary>Reads an npz profile.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="AgentSimException"><c>ProfileInvalid</c>, with the file and the reason.</exception>
    public static TimingTables Load(string path)
    {
        try
        {
            Dictionary<string, NumpyArray> arrays = NumpyArray.ReadArchive(path, [.. Names, .. CachedPrefillTable.Names]);
            double[] prefillTokens = Axis(arrays, "prefill_isl");
            double[] prefillMs = Named(arrays, "prefill_ttft_ms").Vector("prefill_ttft_ms");
            if (prefillMs.Length != prefillTokens.Length) throw new InvalidDataException("prefill_ttft_ms and prefill_isl differ in length");
            double[] active = Axis(arrays, "decode_active_kv_tokens");
            double[] contexts = Axis(arrays, "decode_context_length");
            double[,] decode = Named(arrays, "decode_itl").Matrix("decode_itl", active.Length, contexts.Length);
            CheckLatencies("prefill_ttft_ms", prefillMs);
            CheckLatencies("decode_itl", decode.Cast<double>());
            return new TimingTables(prefillTokens, prefillMs, active, contexts, decode) { CachedPrefill = CachedPrefillTable.Of(arrays) };
        }
        catch (Exception error) when (error is IOException or InvalidDataException or UnauthorizedAccessException or NotSupportedException or ArgumentException or OverflowException)
        {
            string reason = error switch
            {
                FileNotFoundException or DirectoryNotFoundException => "there is no such file",
                UnauthorizedAccessException => Directory.Exists(path) ? "this is a folder, not a file" : "no permission to read it",
                _ => error.Message,
            };
            throw AgentSimException.At(path, 0, "ProfileInvalid",
                $"planner_profile_data cannot be used: {reason}; give an .npz file with {string.Join(", ", Names)}, or leave planner_profile_data out for the built-in latencies", error);
        }
    }

    public static double[] Axis(Dictionary<string, NumpyArray> arrays, string name)
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

    public static void CheckLatencies(string name, IEnumerable<double> values)
    {
        if (!values.All(double.IsFinite)) throw new InvalidDataException($"{name} holds a value that is no finite number");
    }

    /// <summary>Writes the archive; equal tables give equal bytes.</summary>
    public void Write(Stream stream)
    {
        using var archive = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true);
        NumpyArray.Write(archive, Names[0], PrefillTokens);
        NumpyArray.Write(archive, Names[1], PrefillMs);
        NumpyArray.Write(archive, Names[2], ActiveTokens);
        NumpyArray.Write(archive, Names[3], Contexts);
        NumpyArray.Write(archive, Names[4], DecodeMs);
        if (CachedPrefill is not { } table) return;
        NumpyArray.Write(archive, CachedPrefillTable.Names[0], table.New);
        NumpyArray.Write(archive, CachedPrefillTable.Names[1], table.Cached);
        NumpyArray.Write(archive, CachedPrefillTable.Names[2], table.Ms);
    }

    public static NumpyArray Named(Dictionary<string, NumpyArray> arrays, string name) =>
        arrays.TryGetValue(name, out NumpyArray? array) ? array : throw new InvalidDataException($"{name} is missing");
}

/// <summary>
/// Prefill time over new and cached tokens: what attention to a long cached prompt costs, which a profile by new tokens alone leaves
/// out. Extra arrays of the same archive.
/// </summary>
/// <param name="New">New tokens of the pass, increasing.</param>
/// <param name="Cached">Tokens before them, increasing.</param>
/// <param name="Ms">Milliseconds by both.</param>
internal sealed record CachedPrefillTable(double[] New, double[] Cached, double[,] Ms)
{
    /// <summary>Names of the arrays.</summary>
    public static readonly string[] Names = ["agentsim_prefill_new", "agentsim_prefill_cached", "agentsim_prefill_ms"];

    /// <summary>The table of an archive; null where it has none.</summary>
    /// <exception cref="InvalidDataException">It is not whole.</exception>
    public static CachedPrefillTable? Of(Dictionary<string, NumpyArray> arrays)
    {
        if (!Names.Any(arrays.ContainsKey)) return null;
        double[] fresh = TimingTables.Axis(arrays, Names[0]), cached = TimingTables.Axis(arrays, Names[1]);
        double[,] ms = TimingTables.Named(arrays, Names[2]).Matrix(Names[2], fresh.Length, cached.Length);
        TimingTables.CheckLatencies(Names[2], ms.Cast<double>());
        return new CachedPrefillTable(fresh, cached, ms);
    }
}
