using System.Globalization;
using AgentSim.Traces;
using AgentSim.Traces.Schema;

namespace AgentSim.Measurements;

/// <summary>
/// A request trace with times (<c>dynamo.request.trace.v1</c>), as AgentSim's proxy and Dynamo's frontend capture it: the only
/// measurement that says which prompts are equal.
/// </summary>
internal static class CapturedTrace
{
    public const string Name = "request-trace";

    public static bool Is(string head) => head.Contains(TraceNames.Version, StringComparison.Ordinal);

    public static Measurement Read(IReadOnlyList<string> paths, CancellationToken cancellation)
    {
        List<RequestRecord> records = [];
        int failed = 0, estimated = 0, untimed = 0;
        foreach (TraceRecord row in RequestTraceReader.Read(paths, null, cancellation))
        {
            if (row is not RequestRecord record) continue;
            if (record.IsError) failed++;
            else if (record.Import is { Times: not "recorded" }) estimated++;
            else if (record.TotalTimeMs is null || record.InputLength <= 0) untimed++;
            else records.Add(record);
        }

        if (records.Count == 0)
        {
            throw Errors.MeasurementInvalid.At(paths[0], 0, estimated > 0
                ? $"the times of its {estimated} requests are estimated, and nothing can be fitted to estimates; capture the requests " +
                "with the recording proxy, or from a Dynamo frontend"
                : "no request has its times; capture with the recording proxy, or from a Dynamo frontend");
        }

        List<RunWarning> warnings = [];
        if (untimed + estimated > 0)
            warnings.Add(new RunWarning(WarningCodes.MeasuredRequestsLeftOut,
                $"{untimed + estimated} requests without recorded times are left out: their load is missing", untimed + estimated));
        string[] models = [.. records.Select(record => record.Model ?? "").Where(model => model.Length > 0).Distinct()];
        if (models.Length > 1)
            warnings.Add(new RunWarning(WarningCodes.MeasuredModelsMixed,
                $"the requests are to {models.Length} models ({string.Join(", ", models.Take(4))}); a fit has one deployment",
                    models.Length));
        int unstreamed = records.Count(record => record.TtftMs is null);
        if (unstreamed > 0)
            warnings.Add(new RunWarning(WarningCodes.MeasuredRequestsWhole, string.Create(CultureInfo.InvariantCulture,
                $"{unstreamed} of {records.Count} requests were not streamed and have no TTFT; nothing is fitted to them"), unstreamed));
        long first = records.Min(record => record.StartUnixMs);
        long size = records[0].TraceBlockSize;
        bool known = records.All(record => record.TraceBlockSize == size && record.InputSequenceHashes.Length > 0);
        return new Measurement
        {
            Name = Path.GetFileName(paths[0]),
            Format = Name,
            Inputs = MeasurementFile.Digests(paths, cancellation),
            Server = new MeasuredServer { Model = models.Length == 1 ? models[0] : null },
            Requests = [.. records.OrderBy(record => record.StartUnixMs).Select(record => new MeasuredRequest
            {
                Id = record.RequestId,
                StartMs = record.StartUnixMs - first,
                InputTokens = (int)Math.Min(record.InputLength, int.MaxValue),
                OutputTokens = (int)Math.Clamp(record.OutputTokens, 1, int.MaxValue),
                TtftMs = record.TtftMs,
                LatencyMs = record.TotalTimeMs,
                CachedTokens = record.CachedTokens is { } cached ? (int)Math.Min(cached, int.MaxValue) : null,
                BlockIds = record.InputSequenceHashes,
            })],
            TraceBlockSize = known ? (int)size : 0,
            Warnings = warnings,
            Failed = failed,
        };
    }
}
