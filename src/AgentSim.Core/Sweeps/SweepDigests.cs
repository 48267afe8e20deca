using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using AgentSim.Simulation;
using AgentSim.Workload;

namespace AgentSim.Sweeps;

/// <summary>What tells sweeps, and the points of a sweep, apart.</summary>
internal static class SweepDigests
{
    /// <summary>Of the version, the workload and the settings that no axis changes.</summary>
    public static string Common(ReplayWorkload workload, ReplaySettings settings) => Digest(
    [
        Replay.Version, WorkloadDigest.Of(workload), settings.ModelName, settings.MaxSimTimeMs,
        settings.ServiceLevel?.TtftMs, settings.ServiceLevel?.ItlMs, settings.ServiceLevel?.E2eMs,
        .. settings.ReportsAgents ? (object?[])["agents"] : [],   // points without the metrics of tasks are no points with them
    ]);

    /// <summary>Of the settings that axes change, and what the files hold that they name.</summary>
    public static string Point(ReplaySettings settings) => Digest(
        settings.Pools is null ? settings.Engine.ToJson() : null,
        settings.Pools is null ? settings.Workers : null,
        settings.Pools?.Prefill.ToJson(),
        settings.Pools?.Decode.ToJson(),
        settings.Pools?.PrefillWorkers,
        settings.Pools?.DecodeWorkers,
        settings.RouterMode,
        settings.Router.ToJson(),
        settings.RouterSeed,
        settings.Concurrency,
        settings.ArrivalSpeedupRatio,
        settings.Knobs,
        settings.Router.PolicyDigest,
        settings.Engine.Timing.FileDigest,
        settings.Pools?.Prefill.Timing.FileDigest,
        settings.Pools?.Decode.Timing.FileDigest);

    private static string Digest(params object?[] parts)
    {
        var text = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(text))
        {
            json.WriteStartArray();
            foreach (object? part in parts) json.WriteStringValue(Text(part));
            json.WriteEndArray();
        }

        return Convert.ToHexStringLower(SHA256.HashData(text.WrittenSpan));
    }

    private static string? Text(object? part) => part is IFormattable value ? value.ToString(null, CultureInfo.InvariantCulture)
        : part?.ToString();
}
