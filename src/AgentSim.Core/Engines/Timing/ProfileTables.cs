using System.IO.Compression;
using System.Security.Cryptography;
using AgentSim.Files;

namespace AgentSim.Engines;

/// <summary>What a planner profile holds (behaviour 02#3.3), read once and checked.</summary>
/// <param name="Digest">SHA-256 of the file, in hexadecimal.</param>
/// <param name="PrefillTokens">New tokens of a pass, rising.</param>
/// <param name="PrefillMs">Milliseconds of prefill for each of them.</param>
/// <param name="ActiveTokens">Tokens in active blocks, rising.</param>
/// <param name="Contexts">Mean sequence lengths, rising.</param>
/// <param name="DecodeMs">Milliseconds of a decode step, by active tokens and mean length.</param>
internal sealed record ProfileTables(string Digest, double[] PrefillTokens, double[] PrefillMs, double[] ActiveTokens, double[] Contexts,
    double[,] DecodeMs)
{
    private static readonly string[] Names = ["prefill_isl", "prefill_ttft_ms", "decode_active_kv_tokens", "decode_context_length",
        "decode_itl"];

    /// <summary>Prefill by new and cached tokens, a table of AgentSim's own; null: cached tokens cost nothing.</summary>
    public CachedPrefillTable? CachedPrefill { get; init; }

    /// <summary>Reads an .npz file.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="AgentSimException"><c>ProfileInvalid</c>, with the file and the reason.</exception>
    public static ProfileTables Load(string path)
    {
        try
        {
            using FileStream file = File.OpenRead(path);
            if (!file.CanSeek) throw new InvalidDataException("this is no .npz archive");
            byte[] bytes = BoundedFile.Read(file, InputLimits.Profile, path).ToArray();
            string digest = Convert.ToHexStringLower(SHA256.HashData(bytes));
            using var archive = new MemoryStream(bytes, writable: false);
            Dictionary<string, NumpyArray> arrays = NumpyArray.ReadArchive(archive, [.. Names, .. CachedPrefillTable.Names]);
            double[] prefillTokens = Axis(arrays, "prefill_isl");
            double[] prefillMs = Named(arrays, "prefill_ttft_ms").Vector("prefill_ttft_ms");
            if (prefillMs.Length != prefillTokens.Length)
                throw new InvalidDataException("prefill_ttft_ms and prefill_isl differ in length");
            double[] active = Axis(arrays, "decode_active_kv_tokens");
            double[] contexts = Axis(arrays, "decode_context_length");
            double[,] decode = Named(arrays, "decode_itl").Matrix("decode_itl", active.Length, contexts.Length);
            CheckLatencies("prefill_ttft_ms", prefillMs);
            CheckLatencies("decode_itl", decode.Cast<double>());
            return new ProfileTables(digest, prefillTokens, prefillMs, active, contexts,
                decode) { CachedPrefill = CachedPrefillTable.Of(arrays) };
        }
        catch (Exception error) when (error is IOException or InvalidDataException or UnauthorizedAccessException or NotSupportedException
            or ArgumentException or OverflowException)
        {
            string reason = error switch
            {
                FileNotFoundException or DirectoryNotFoundException => "there is no such file",
                UnauthorizedAccessException => Directory.Exists(path) ? "this is a folder, not a file" : "no permission to read it",
                _ => error.Message,
            };
            throw Errors.ProfileInvalid.At(path, 0,
                $"planner_profile_data cannot be used: {reason}; give an .npz file with {string.Join(", ", Names)}, or leave " +
                    "planner_profile_data out for the built-in latencies", error);
        }
    }

    internal static double[] Axis(Dictionary<string, NumpyArray> arrays, string name)
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

    internal static void CheckLatencies(string name, IEnumerable<double> values)
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

    internal static NumpyArray Named(Dictionary<string, NumpyArray> arrays, string name) =>
        arrays.TryGetValue(name, out NumpyArray? array) ? array : throw new InvalidDataException($"{name} is missing");
}
