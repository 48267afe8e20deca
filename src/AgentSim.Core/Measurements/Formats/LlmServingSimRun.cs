using System.Buffers.Binary;
using System.IO.Hashing;
using System.Runtime.InteropServices;
using System.Text.Json;
using AgentSim.Imports;

namespace AgentSim.Measurements;

/// <summary>
/// A recorded run as LLMServingSim keeps them: <c>requests.jsonl</c> with the engine's times of each request, <c>meta.json</c> with
/// the engine's arguments beside it, and the requests' token ids in the data set that it names, where that lies beside it or above.
/// </summary>
internal static class LlmServingSimRun
{
    public const string Name = "llmservingsim";
    private const int BlockTokens = 16;   // of the identities made here

    public static bool Is(string head) => head.StartsWith('{') && head.Contains("\"queued_ts\"", StringComparison.Ordinal)
        && head.Contains("\"first_token_ts\"", StringComparison.Ordinal);

    public static Measurement Read(string path, CancellationToken cancellation)
    {
        string folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        string metaPath = Path.Combine(folder, "meta.json");
        List<string> files = [path];
        MeasuredServer server = new() { Engine = "vllm" };
        ulong[][]? prompts = null;
        if (File.Exists(metaPath))
        {
            files.Add(metaPath);
            using JsonDocument meta = MeasurementFile.Json(metaPath);
            server = Server(meta.RootElement);
            if (Dataset(folder, meta.RootElement.Text("dataset_path")) is { } dataset)
            {
                files.Add(dataset);
                prompts = [.. MeasurementFile.JsonLines(dataset, cancellation).Select(line => Blocks(line.Value.Get("input_tok_ids")))];
            }
        }

        var requests = new List<MeasuredRequest>();
        double firstArrival = double.NaN, clocks = double.PositiveInfinity;
        var rows = new List<(string? Id, double Arrival, double First, double Last, int Input, int Output)>();
        foreach ((JsonElement row, long line) in MeasurementFile.JsonLines(path, cancellation))
        {
            if (row.Real("arrival_time") is not { } arrival || row.Real("queued_ts") is not { } queued
                || row.Real("first_token_ts") is not { } first
                || row.Real("last_token_ts") is not { } last || row.Number("input_toks") is not > 0
                || row.Number("output_toks") is not { } output)
            {
                throw Errors.MeasurementInvalid.At(path, line,
                    "a request needs arrival_time, queued_ts, first_token_ts, last_token_ts, input_toks and output_toks; give the file " +
                        "as LLMServingSim wrote it");
            }

            firstArrival = double.IsNaN(firstArrival) ? arrival : Math.Min(firstArrival, arrival);
            clocks = Math.Min(clocks, queued - arrival);   // the engine's clock against that of the arrivals
            rows.Add((row.Text("request_id"), arrival, first, last, (int)row.Number("input_toks")!.Value, (int)output));
        }

        if (prompts is not null && prompts.Length < rows.Count) prompts = null;
        for (int i = 0; i < rows.Count; i++)
        {
            (string? id, double arrival, double first, double last, int input, int output) = rows[i];
            int index = id is not null && id.LastIndexOf('-') is >= 0 and int at && int.TryParse(id.AsSpan(at + 1), out int number)
                && number < rows.Count ? number : i;
            requests.Add(new MeasuredRequest
            {
                Id = id,
                StartMs = (arrival - firstArrival) * 1000,
                InputTokens = input,
                OutputTokens = output,
                TtftMs = (first - arrival - clocks) * 1000,
                LatencyMs = (last - arrival - clocks) * 1000,
                BlockIds = prompts is not null && prompts[index].Length >= (input + BlockTokens - 1) / BlockTokens ? prompts[index] : null,
            });
        }

        bool known = requests.Count > 0 && requests.All(request => request.BlockIds is not null);
        return new Measurement
        {
            Name = Path.GetFileName(folder) is { Length: > 0 } name ? name : "run",
            Format = Name,
            Inputs = MeasurementFile.Digests(files, cancellation),
            Server = server,
            Requests = [.. requests.OrderBy(request => request.StartMs)],
            TraceBlockSize = known ? BlockTokens : 0,
        };
    }

    private static MeasuredServer Server(JsonElement meta)
    {
        JsonElement arguments = meta.Get("engine_kwargs"), cache = meta.Get("kv_cache");
        return new MeasuredServer
        {
            Engine = "vllm",
            EngineVersion = meta.Text("vllm_version"),
            Model = meta.Text("model"),
            Hardware = meta.Get("hardware").Text("device_name"),
            NumGpuBlocks = cache.Number("num_gpu_blocks"),
            BlockSize = cache.Number("block_size") ?? 16,
            MaxNumSeqs = arguments.Number("max_num_seqs"),
            MaxNumBatchedTokens = arguments.Number("max_num_batched_tokens"),
            MaxModelLen = arguments.Number("max_model_len"),
            EnablePrefixCaching = cache.Get("enable_prefix_caching").ValueKind switch { JsonValueKind.True => true,
                JsonValueKind.False => false, _ => null },
            TensorParallelSize = arguments.Number("tensor_parallel_size"),
        };
    }

    private static string? Dataset(string folder, string? named)
    {
        if (named is null) return null;
        string name = Path.GetFileName(named);
        for (string? at = folder; at is not null && at.Length > 1; at = Path.GetDirectoryName(at))
        {
            foreach (string file in (string[])[Path.Combine(at, name), Path.Combine(at, name + ".gz")])
            {
                if (File.Exists(file)) return file;
            }

            if (folder.Length - at.Length > 0 && folder[at.Length..].Count(c => c == Path.DirectorySeparatorChar) >= 3) return null;
        }

        return null;
    }

    // One id a block of tokens, which stands for everything up to its end.
    private static ulong[] Blocks(JsonElement ids)
    {
        uint[] tokens = [.. ids.Items().Select(id => (uint)(id.AsNumber() ?? 0))];
        var blocks = new ulong[(tokens.Length + BlockTokens - 1) / BlockTokens];
        ulong before = 0;
        Span<byte> bytes = stackalloc byte[8 + (4 * BlockTokens)];
        for (int block = 0; block < blocks.Length; block++)
        {
            ReadOnlySpan<uint> piece = tokens.AsSpan(block * BlockTokens, Math.Min(BlockTokens, tokens.Length - (block * BlockTokens)));
            BinaryPrimitives.WriteUInt64LittleEndian(bytes, before);
            MemoryMarshal.AsBytes(piece).CopyTo(bytes[8..]);
            before = XxHash3.HashToUInt64(bytes[..(8 + (4 * piece.Length))]);
            blocks[block] = before;
        }

        return blocks;
    }
}
