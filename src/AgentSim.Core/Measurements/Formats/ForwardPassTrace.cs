using System.Text.Json;
using AgentSim.Imports;

namespace AgentSim.Measurements;

/// <summary>
/// The forward passes that a Dynamo worker traces (<c>dynamo.fpm.trace.v1</c>, a segment of <c>PREFIX.PRODUCER.N.jsonl.gz</c>): what each
/// held, and how long it took.
/// </summary>
internal static class ForwardPassTrace
{
    public const string Name = "dynamo-fpm";

    private const string Schema = "dynamo.fpm.trace.v1";
    private const int Version = 1;

    public static bool Is(string head) => head.StartsWith('{') && head.Contains('"' + Schema + '"', StringComparison.Ordinal);

    public static Measurement Read(string path, CancellationToken cancellation)
    {
        var steps = new List<MeasuredStep>();
        var ranks = new HashSet<(string? Worker, long? Rank)>();
        foreach ((JsonElement row, long line) in MeasurementFile.JsonLines(path, cancellation))
        {
            // Segments have an envelope with the time of writing, which tools leave away.
            JsonElement record = row.Get("event") is { ValueKind: JsonValueKind.Object } inner ? inner : row;
            JsonElement pass = record.Get("fpm"), held = pass.Get("scheduled_requests");
            if (record.Text("schema") != Schema || pass.Number("version") is not (null or Version))
                throw Invalid($"is no forward pass of {Schema}, version {Version}");
            if (pass.Real("wall_time") is not { } seconds || seconds < 0 || held.ValueKind != JsonValueKind.Object)
                throw Invalid("a forward pass needs wall_time and scheduled_requests");
            var step = new MeasuredStep(
                seconds * 1000,
                (int)Count("num_prefill_requests"), Count("sum_prefill_tokens"), Count("sum_prefill_kv_tokens"),
                (int)Count("num_decode_requests"), Count("sum_decode_kv_tokens"));
            // An idle worker says that it is alive.
            if (seconds == 0 || step is { NewTokens: 0, DecodeRequests: 0 }) continue;
            ranks.Add((pass.Text("worker_id"), pass.Number("dp_rank")));
            steps.Add(step);

            long Count(string name) => held.Get(name).ValueKind == JsonValueKind.Undefined ? 0
                : held.Number(name) is >= 0 and <= int.MaxValue and { } count ? count
                : throw Invalid($"{name} is no count");

            AgentSimException Invalid(string what) =>
                Errors.MeasurementInvalid.At(path, line, $"{what}; give the segments as Dynamo wrote them");
        }

        if (steps.Count == 0) throw Errors.MeasurementInvalid.At(path, 0, "no forward pass held a request; trace a worker under load");
        return new Measurement
        {
            Name = Path.GetFileName(path),
            Format = Name,
            Inputs = MeasurementFile.Digests([path], cancellation),
            Steps = steps,
            Warnings = ranks.Count <= 1 ? [] : [new RunWarning(WarningCodes.MeasuredRanksMixed,
                $"the passes are of {ranks.Count} ranks; a fit takes them for passes of one deployment", ranks.Count)],
        };
    }
}
