using System.Text.Json;
using AgentSim.Engines;
using AgentSim.Imports;
using AgentSim.Json;
using AgentSim.Measurements;
using AgentSim.Workload;

namespace AgentSim.Calibration;

/// <summary>The file <c>NAME.calibration.json</c> (see docs/calibration.md).</summary>
internal static class CalibrationJson
{
    private const string Schema = "agentsim.calibration.v1";

    private static readonly string[] Quantities = ["batch", "active_tokens", "context", "new_tokens", "cached_tokens"];

    public static void Write(Stream stream, TimingProfile profile)
    {
        using (var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true, NewLine = "\n",
            Encoder = JsonLineWriter.Encoder }))
        {
            json.WriteStartObject();
            json.WriteString("schema", Schema);
            json.WriteString("version", profile.Version);
            json.WriteString("profile_sha256", profile.Sha256);
            json.WriteString("deployment", profile.Deployment);
            WriteServer(json, profile.Server);
            json.WriteStartArray("sources");
            foreach (WorkloadInput source in profile.Sources)
            {
                json.WriteStartObject();
                json.WriteString("path", Path.GetFileName(source.Path));
                json.WriteNumber("bytes", source.Bytes ?? 0);
                json.WriteString("sha256", source.Sha256);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            if (profile.Formula is { } formula) json.WriteString("formula", formula);
            json.WriteStartObject("coefficients");
            foreach (Coefficient coefficient in profile.Coefficients)
            {
                json.WriteStartObject(coefficient.Name);
                json.WritePropertyName("value");
                json.WriteReal(coefficient.Value);
                Optional(json, "low", coefficient.Low);
                Optional(json, "high", coefficient.High);
                json.WriteEndObject();
            }

            json.WriteEndObject();
            Optional(json, "client_offset_ms", profile.ClientOffsetMs);
            json.WriteString("prompts", PromptNames.Of(profile.Prompts));
            if (profile.Envelope is { } envelope) WriteEnvelope(json, envelope);
            if (profile.Training is { } training)
            {
                json.WriteStartObject("training_medians");
                Optional(json, "ttft_ms", training.TtftMs);
                Optional(json, "tpot_ms", training.TpotMs);
                json.WriteEndObject();
            }

            WriteErrors(json, profile.Errors);
            json.WriteStartArray("warnings");
            foreach (RunWarning warning in profile.Warnings)
            {
                json.WriteStartObject();
                json.WriteString("code", warning.Code);
                json.WriteString("message", warning.Message);
                json.WriteNumber("count", warning.Count);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        stream.WriteByte((byte)'\n');
    }

    /// <summary>Reads the file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="tables">The arrays it belongs to.</param>
    /// <param name="digest">The digest of the arrays' file, as it says.</param>
    /// <exception cref="AgentSimException"><c>CalibrationInvalid</c>: it is no such file.</exception>
    public static TimingProfile Read(string path, ProfileTables tables, out string digest)
    {
        using JsonDocument document = MeasurementFile.Json(path);
        JsonElement root = document.RootElement;
        if (root.Text("schema") != Schema || root.Text("profile_sha256") is not { } stated)
            throw Errors.CalibrationInvalid.At(path, 0, $"is no calibration ({Schema}); give the file that was written beside the profile");
        digest = stated;
        JsonElement server = root.Get("server"), training = root.Get("training_medians");
        return new TimingProfile(tables)
        {
            Version = root.Text("version") ?? "",
            Server = ReadServer(server),
            Sources = [.. root.Get("sources").Items().Select(source =>
                new WorkloadInput(source.Text("path") ?? "", source.Number("bytes") ?? 0, source.Text("sha256") ?? ""))],
            Formula = root.Text("formula"),
            Coefficients = root.Get("coefficients") is { ValueKind: JsonValueKind.Object } coefficients
                ? [.. coefficients.EnumerateObject().Select(member =>
                    new Coefficient(member.Name, member.Value.Real("value") ?? 0, member.Value.Real("low"), member.Value.Real("high")))]
                        : [],
            ClientOffsetMs = root.Real("client_offset_ms") ?? 0,
            Prompts = PromptNames.Parse(root.Text("prompts") ?? "different") ?? PromptAssumption.Different,
            Envelope = root.Get("envelope") is { ValueKind: JsonValueKind.Object } envelope ? ReadEnvelope(envelope) : null,
            Training = training.Real("ttft_ms") is { } ttft && training.Real("tpot_ms") is { } tpot
                ? new TrainingMedians(ttft, tpot) : null,
            Errors = [.. root.Get("errors").Items().Select(ReadErrors)],
            Warnings = [.. root.Get("warnings").Items().Select(warning =>
                new RunWarning(warning.Text("code") ?? "", warning.Text("message") ?? "", warning.Number("count") ?? 1))],
        };
    }

    private static void WriteServer(Utf8JsonWriter json, MeasuredServer server)
    {
        json.WriteStartObject("server");
        Optional(json, "engine_type", server.Engine);
        Optional(json, "engine_version", server.EngineVersion);
        Optional(json, "model", server.Model);
        Optional(json, "hardware", server.Hardware);
        Optional(json, "num_gpu_blocks", server.NumGpuBlocks);
        Optional(json, "block_size", server.BlockSize);
        Optional(json, "max_num_seqs", server.MaxNumSeqs);
        Optional(json, "max_num_batched_tokens", server.MaxNumBatchedTokens);
        Optional(json, "max_model_len", server.MaxModelLen);
        Optional(json, "tensor_parallel_size", server.TensorParallelSize);
        if (server.EnablePrefixCaching is { } caching) json.WriteBoolean("enable_prefix_caching", caching);
        if (server.EnableChunkedPrefill is { } chunked) json.WriteBoolean("enable_chunked_prefill", chunked);
        json.WriteEndObject();
    }

    private static MeasuredServer ReadServer(JsonElement server) => new()
    {
        Engine = server.Text("engine_type"),
        EngineVersion = server.Text("engine_version"),
        Model = server.Text("model"),
        Hardware = server.Text("hardware"),
        NumGpuBlocks = server.Number("num_gpu_blocks"),
        BlockSize = server.Number("block_size"),
        MaxNumSeqs = server.Number("max_num_seqs"),
        MaxNumBatchedTokens = server.Number("max_num_batched_tokens"),
        MaxModelLen = server.Number("max_model_len"),
        TensorParallelSize = server.Number("tensor_parallel_size"),
        EnablePrefixCaching = Flag(server.Get("enable_prefix_caching")),
        EnableChunkedPrefill = Flag(server.Get("enable_chunked_prefill")),
    };

    private static bool? Flag(JsonElement value) => value.ValueKind switch { JsonValueKind.True => true, JsonValueKind.False => false,
        _ => null };

    private static void WriteEnvelope(Utf8JsonWriter json, PassEnvelope envelope)
    {
        json.WriteStartObject("envelope");
        ValueRange[] ranges = [envelope.Batch, envelope.ActiveTokens, envelope.Context, envelope.NewTokens, envelope.CachedTokens];
        for (int i = 0; i < ranges.Length; i++)
        {
            json.WriteStartArray(Quantities[i]);
            json.WriteReal(ranges[i].Low);
            json.WriteReal(ranges[i].High);
            json.WriteEndArray();
        }

        json.WriteEndObject();
    }

    private static PassEnvelope ReadEnvelope(JsonElement envelope)
    {
        ValueRange[] ranges = [.. Quantities.Select(name => envelope.Get(name) is { ValueKind: JsonValueKind.Array } pair
            && pair.GetArrayLength() == 2 && pair[0].ValueKind == JsonValueKind.Number && pair[1].ValueKind == JsonValueKind.Number
            ? new ValueRange(pair[0].GetDouble(), pair[1].GetDouble()) : default)];
        return new PassEnvelope(ranges[0], ranges[1], ranges[2], ranges[3], ranges[4]);
    }

    private static void WriteErrors(Utf8JsonWriter json, IReadOnlyList<HeldOutErrors> errors)
    {
        json.WriteStartArray("errors");
        foreach (HeldOutErrors run in errors)
        {
            json.WriteStartObject();
            json.WriteString("run", run.Run);
            json.WriteString("held_out", run.HeldOut);
            json.WriteStartArray("metrics");
            foreach (AccuracyRow row in run.Rows)
            {
                json.WriteStartObject();
                json.WriteString("metric", row.Metric);
                Optional(json, "measured", row.Measured);
                Optional(json, "simulated", row.Simulated);
                Optional(json, "error", row.Error);
                Optional(json, "baseline", row.Baseline);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static HeldOutErrors ReadErrors(JsonElement run) => new(run.Text("run") ?? "", run.Text("held_out") ?? "",
        new List<AccuracyRow>(run.Get("metrics").Items().Select(row => new AccuracyRow(row.Text("metric") ?? "", row.Real("measured"),
            row.Real("simulated"), row.Real("error") ?? double.NaN, row.Real("baseline")))));

    private static void Optional(Utf8JsonWriter json, string name, string? value)
    {
        if (value is not null) json.WriteString(name, value);
    }

    private static void Optional(Utf8JsonWriter json, string name, long? value)
    {
        if (value is { } number) json.WriteNumber(name, number);
    }

    private static void Optional(Utf8JsonWriter json, string name, double? value)
    {
        if (value is not { } number || !double.IsFinite(number)) return;
        json.WritePropertyName(name);
        json.WriteReal(number);
    }
}
