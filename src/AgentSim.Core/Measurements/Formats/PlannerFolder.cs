using AgentSim.Engines;
using AgentSim.Files;

namespace AgentSim.Measurements;

/// <summary>
/// What Dynamo's planner measures of an engine: prefill by prompt length, and a decode step by share of the KV cache and context, in
/// <c>prefill_raw_data.npz</c> and <c>decode_raw_data.npz</c>, or in <c>raw_data.npz</c> of two folders.
/// </summary>
internal static class PlannerFolder
{
    public const string Name = "dynamo-planner";

    public static bool Is(string folder) => Find(folder, "prefill") is not null && Find(folder, "decode") is not null;

    public static Measurement Read(string folder, CancellationToken cancellation)
    {
        string prefill = Find(folder, "prefill")!, decode = Find(folder, "decode")!;
        try
        {
            Dictionary<string, NumpyArray> waits = Read(prefill, ["prefill_isl", "prefill_ttft"]);
            Dictionary<string, NumpyArray> gaps = Read(decode, ["x_kv_usage", "y_context_length", "z_itl", "max_kv_tokens"]);
            double[] tokens = Vector(waits, "prefill_isl"), ttft = Vector(waits, "prefill_ttft");
            double[] usage = Vector(gaps, "x_kv_usage"), context = Vector(gaps, "y_context_length"), itl = Vector(gaps, "z_itl");
            double most = Vector(gaps, "max_kv_tokens")[0];
            if (tokens.Length != ttft.Length || usage.Length != itl.Length || context.Length != itl.Length)
                throw new InvalidDataException("its arrays differ in length");
            return new Measurement
            {
                Name = Path.GetFileName(Path.TrimEndingDirectorySeparator(folder)),
                Format = Name,
                Inputs = MeasurementFile.Digests([prefill, decode], cancellation),
                Steps =
                [
                    .. tokens.Select((count, i) => new MeasuredStep(ttft[i], 1, (long)count, 0, 1, (long)count)),
                    .. usage.Select((share, i) => new MeasuredStep(itl[i], 0, 0, 0, Math.Max(1, (int)Math.Round(share * most / context[i])),
                        (long)(share * most))),
                ],
            };
        }
        catch (Exception error) when (error is IOException or InvalidDataException or IndexOutOfRangeException)
        {
            throw Errors.MeasurementInvalid.At(folder, 0,
                $"is no profile of Dynamo's planner: {error.Message}; give the folder as its profiler wrote it", error);
        }
    }

    private static Dictionary<string, NumpyArray> Read(string path, string[] names)
    {
        using FileStream file = InputFiles.Open(path);
        return NumpyArray.ReadArchive(file, names, allowsWhole: true);
    }

    private static double[] Vector(Dictionary<string, NumpyArray> arrays, string name) =>
        arrays.TryGetValue(name, out NumpyArray? array) ? array.Vector(name) : throw new InvalidDataException($"{name} is missing");

    private static string? Find(string folder, string kind) => ((string[])
        [
            Path.Combine(folder, $"{kind}_raw_data.npz"), Path.Combine(folder, $"selected_{kind}_interpolation", "raw_data.npz"),
        ]).FirstOrDefault(File.Exists);
}
