using System.Text;
using System.Text.Json;
using AgentSim.Json;
using AgentSim.Reports;

namespace AgentSim.Capacity;

/// <summary>Writes answers to files.</summary>
public static class CapacityFile
{
    /// <summary>JSON: an array of answers with all that was replayed; names as in tables of sweeps.</summary>
    /// <param name="stream">Written to, not closed.</param>
    /// <param name="answers">The answers.</param>
    public static void WriteJson(Stream stream, IReadOnlyList<CapacityAnswer> answers)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(answers);
        using (var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true, NewLine = "\n",
            Encoder = JsonLineWriter.Encoder }))
        {
            json.WriteStartArray();
            foreach (CapacityAnswer answer in answers) WriteAnswer(json, answer);
            json.WriteEndArray();
        }

        stream.WriteByte((byte)'\n');
    }

    /// <summary>
    /// CSV, UTF-8 with line feeds: a row for each value that was replayed, with the verdict of its configuration. No cell is a formula.
    /// </summary>
    /// <param name="stream">Written to, not closed.</param>
    /// <param name="answers">The answers.</param>
    public static void WriteCsv(Stream stream, IReadOnlyList<CapacityAnswer> answers)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(answers);
        using var text = new StreamWriter(stream, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), leaveOpen: true)
        { NewLine = "\n" };
        CapacityMargin[] limits = [.. answers.SelectMany(answer => answer.Points).FirstOrDefault()?.Limits ?? []];
        bool hasCache = answers.Any(answer => answer.Cache is not null);
        text.WriteLine(string.Join(',', ["configuration", "target", "value", "is_answer", "outcome", "seeds",
            .. limits.SelectMany(limit => (string[])[limit.Metric, limit.Metric + "_margin_percent"]), "gpus", "gpu_hours",
            .. hasCache ? (string[])["kv_gigabytes", "reused_ratio", "ideal_reused_ratio", "infinite_reused_ratio"] : [],
            "is_on_front", "problem", "verdict", "timing"]));
        foreach (CapacityAnswer answer in answers)
        {
            foreach (CapacityPoint point in answer.Points)
            {
                CacheSize? size = answer.Cache?.Sizes.FirstOrDefault(size => size.Blocks == (long)point.Value);
                text.WriteLine(string.Join(',', [
                    CsvText.Cell(answer.Configuration), NameOf(answer.Target), CsvText.Of(point.Value),
                    point.Value == answer.Answer ? "1" : "0", NameOf(point.Outcome), CsvText.Of(point.Seeds),
                    .. point.Limits.SelectMany(limit => (string[])[CsvText.Of(limit.Value), CsvText.Of(limit.MarginPercent)]),
                    CsvText.Of(point.Gpus), CsvText.Of(point.GpuHours),
                    .. hasCache ? (string[])[CsvText.Of(size?.GigaBytes), CsvText.Of(size?.Reuse), CsvText.Of(size?.IdealReuse),
                        CsvText.Of(answer.Cache?.InfiniteReuse)] : [],
                    point.IsOnFront ? "1" : "0", CsvText.Cell(point.Problem ?? ""), NameOf(answer.Verdict), CsvText.Cell(answer.Timing)]));
            }
        }
    }

    /// <summary>The name of a value in files, such as <c>too_close_to_call</c>.</summary>
    internal static string NameOf<T>(T value)
        where T : struct, Enum => JsonNamingPolicy.SnakeCaseLower.ConvertName(value.ToString());

    private static void WriteAnswer(Utf8JsonWriter json, CapacityAnswer answer)
    {
        json.WriteStartObject();
        json.WriteString("configuration", answer.Configuration);
        json.WriteString("target", NameOf(answer.Target));
        Real(json, "answer", answer.Answer);
        json.WriteString("verdict", NameOf(answer.Verdict));
        json.WriteString("reason", answer.Reason);
        json.WriteString("timing", answer.Timing);
        json.WriteBoolean("exhaustive", answer.Exhaustive);
        Real(json, "minimum", answer.Minimum);
        Real(json, "maximum", answer.Maximum);
        WriteLimits(json, answer.Limits);
        json.WriteString("binding_metric", answer.BindingMetric);
        json.WriteString("fails_below", answer.FailsBelow);
        json.WriteStartArray("breaks");
        foreach (double value in answer.Breaks) json.WriteReal(value);
        json.WriteEndArray();
        Real(json, "workers", answer.Workers);
        Real(json, "gpus", answer.Gpus);
        json.WriteString("gpus_per_worker_source", answer.GpusPerWorkerSource);
        Real(json, "gpu_hours", answer.GpuHours);
        Real(json, "gpu_price_per_hour", answer.GpuPricePerHour);
        Real(json, "cost", answer.Cost);
        Real(json, "cost_per_task", answer.CostPerTask);
        Real(json, "cost_per_million_input_tokens", answer.CostPerMillionInputTokens);
        Real(json, "cost_per_million_output_tokens", answer.CostPerMillionOutputTokens);
        json.WriteStartArray("warnings");
        foreach (string warning in answer.Warnings) json.WriteStringValue(warning);
        json.WriteEndArray();
        json.WriteStartArray("points");
        foreach (CapacityPoint point in answer.Points) WritePoint(json, point);
        json.WriteEndArray();
        if (answer.Cache is { } cache) WriteCache(json, cache);
        json.WriteEndObject();
    }

    private static void WritePoint(Utf8JsonWriter json, CapacityPoint point)
    {
        json.WriteStartObject();
        Real(json, "value", point.Value);
        json.WriteString("outcome", NameOf(point.Outcome));
        json.WriteNumber("seeds", point.Seeds);
        WriteLimits(json, point.Limits);
        json.WriteNumber("gpus", point.Gpus);
        Real(json, "gpu_hours", point.GpuHours);
        Real(json, "outside_share", point.OutsideShare);
        if (point.Problem is { } problem) json.WriteString("problem", problem);
        if (point.IsOnFront) json.WriteBoolean("is_on_front", true);
        json.WriteEndObject();
    }

    private static void WriteLimits(Utf8JsonWriter json, IReadOnlyList<CapacityMargin> limits)
    {
        json.WriteStartArray("limits");
        foreach (CapacityMargin limit in limits)
        {
            json.WriteStartObject();
            json.WriteString("metric", limit.Metric);
            json.WriteString("limit", limit.Limit);
            Real(json, "value", limit.Value);
            Real(json, "margin_percent", limit.MarginPercent);
            json.WriteBoolean("passed", limit.Passed);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteCache(Utf8JsonWriter json, CacheCurve cache)
    {
        json.WriteStartObject("cache");
        json.WriteNumber("block_size", cache.BlockSize);
        Real(json, "kv_bytes_per_token", cache.KvBytesPerToken);
        json.WriteNumber("distinct_blocks", cache.DistinctBlocks);
        Real(json, "infinite_reused_ratio", cache.InfiniteReuse);
        Real(json, "cliff_blocks", cache.CliffBlocks);
        json.WriteStartArray("sizes");
        foreach (CacheSize size in cache.Sizes)
        {
            json.WriteStartObject();
            json.WriteNumber("blocks", size.Blocks);
            Real(json, "gigabytes", size.GigaBytes);
            Real(json, "reused_ratio", size.Reuse);
            Real(json, "ideal_reused_ratio", size.IdealReuse);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    // Whole numbers without a point.
    private static void Real(Utf8JsonWriter json, string name, double? value)
    {
        json.WritePropertyName(name);
        if (value is not { } number || !double.IsFinite(number)) json.WriteNullValue();
        else if (number == Math.Floor(number) && Math.Abs(number) < 1e15) json.WriteNumberValue((long)number);
        else json.WriteReal(number);
    }
}
