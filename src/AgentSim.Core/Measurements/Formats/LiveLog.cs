using System.Globalization;
using System.Text.Json;
using AgentSim.Imports;

namespace AgentSim.Measurements;

/// <summary>
/// The request records of live replays and probes: runs one after the other, each of which begins with a record that says what is known
/// of it and its server.
/// </summary>
internal static class LiveLog
{
    public const string Name = "live";

    public static bool Is(string head) => head.StartsWith('{') && head.Contains("\"arrival_time_ms\"", StringComparison.Ordinal)
        && head.Contains("\"dispatch_delay_ms\"", StringComparison.Ordinal);

    public static IReadOnlyList<Measurement> Read(string path, CancellationToken cancellation)
    {
        List<Run> runs = [];
        foreach ((JsonElement row, _) in MeasurementFile.JsonLines(path, cancellation))
        {
            JsonElement head = row.Get("live");
            if (runs.Count == 0 || head.ValueKind == JsonValueKind.Object) runs.Add(new Run(head));
            runs[^1].Add(row);
        }

        var inputs = MeasurementFile.Digests([path], cancellation);
        return [.. runs.Select((run, stage) => run.Measured(path, runs.Count == 1 ? null : stage) with { Inputs = inputs })];
    }

    private sealed class Run(JsonElement head)
    {
        private readonly List<MeasuredRequest> _requests = [];
        private int _failed;
        private int _unfinished;
        private int _size = -1;   // tokens of a block; 0: of some prompts it is not known what they share

        public void Add(JsonElement row)
        {
            if (row.Text("terminal_status") != "completed")
            {
                if (row.Text("terminal_status") == "canceled") _unfinished++;
                else _failed++;
                return;
            }

            // What the client was late by is no time of the server.
            if (row.Real("sent_ms") is not { } sent || row.Real("first_token_ms") is not { } first
                || row.Real("last_token_ms") is not { } last
                || row.Number("input_length") is not > 0 || row.Number("output_length") is not > 0)
            {
                _failed++;
                return;
            }

            ulong[] ids = [.. row.Get("hash_ids").Items().Select(id => id.TryGetUInt64(out ulong value) ? value : 0)];
            int size = ids.Length > 0 ? (int)(row.Number("trace_block_size") ?? 0) : 0;
            _size = _size < 0 || _size == size ? size : 0;
            _requests.Add(new MeasuredRequest
            {
                Id = row.Text("request_id") ?? row.Text("uuid"),
                StartMs = sent,
                InputTokens = (int)row.Number("input_length")!.Value,
                OutputTokens = (int)row.Number("output_length")!.Value,
                TtftMs = first - sent,
                LatencyMs = last - sent,
                CachedTokens = (int?)row.Number("cached_tokens"),
                BlockIds = ids.Length > 0 ? ids : null,
            });
        }

        public Measurement Measured(string path, int? stage)
        {
            if (_requests.Count == 0) throw Errors.MeasurementInvalid.At(path, 0, "no request of the live replay completed; measure anew");
            List<RunWarning> warnings = [];
            if (head.Get("valid").ValueKind == JsonValueKind.False)
            {
                warnings.Add(new RunWarning(WarningCodes.LiveRunInvalid,
                    "the live replay was not valid: its client was late, or counts were off; its report says which"));
            }

            if (_unfinished > 0)
            {
                warnings.Add(new RunWarning(WarningCodes.MeasuredRequestsLeftOut, string.Create(CultureInfo.InvariantCulture,
                    $"{_unfinished} requests were under way when the live replay was stopped, and are left out"), _unfinished));
            }

            string? name = head.Text("name");
            double start = _requests.Min(request => request.StartMs);
            return new Measurement
            {
                Name = Path.GetFileName(path) + (stage is null ? "" : $" {name ?? $"#{stage}"}"),
                Format = LiveLog.Name,
                Server = new MeasuredServer
                {
                    Engine = head.Text("engine"),
                    Model = head.Text("model"),
                    NumGpuBlocks = head.Number("num_gpu_blocks"),
                    BlockSize = head.Number("block_size"),
                    MaxModelLen = head.Number("max_model_len"),
                },
                Requests = [.. _requests.Select(request => request with { StartMs = request.StartMs - start })
                    .OrderBy(request => request.StartMs)],
                Concurrency = (int?)head.Number("concurrency"),
                Stage = stage,
                IsHeldOut = head.Get("held_out").ValueKind == JsonValueKind.True,
                TraceBlockSize = Math.Max(0, _size),
                Warnings = warnings,
                Failed = _failed,
            };
        }
    }
}
