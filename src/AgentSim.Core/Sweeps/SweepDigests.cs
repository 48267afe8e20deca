using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using AgentSim.Engines;
using AgentSim.Routing;
using AgentSim.Simulation;

namespace AgentSim.Sweeps;

/// <summary>What tells sweeps, and the points of a sweep, apart.</summary>
internal static class SweepDigests
{
    /// <summary>Of the settings that no axis changes.</summary>
    public static string Common(ReplaySettings settings) => Digest(
        settings.ModelName, settings.MaxSimTimeMs, settings.ServiceLevel?.TtftMs, settings.ServiceLevel?.ItlMs,
        settings.ServiceLevel?.E2eMs, settings.ReportsAgents);

    /// <summary>
    /// Of the settings that axes change, and what the files hold that they name; where the files lie is no matter, so that machines
    /// can have them in different places.
    /// </summary>
    public static string Point(ReplaySettings settings) => Digest(
        settings.Pools is null ? Json(settings.Engine) : null,
        settings.Pools is null ? settings.Workers : null,
        settings.Pools is { } pools ? Json(pools.Prefill) : null,
        settings.Pools is { } both ? Json(both.Decode) : null,
        settings.Pools?.PrefillWorkers,
        settings.Pools?.DecodeWorkers,
        settings.RouterMode,
        Json(settings.Router),
        settings.RouterSeed,
        settings.Concurrency,
        settings.ArrivalSpeedupRatio,
        settings.Knobs,
        settings.Router.PolicyDigest,
        settings.Engine.Timing.FileDigest,
        settings.Pools?.Prefill.Timing.FileDigest,
        settings.Pools?.Decode.Timing.FileDigest);

    /// <summary>Of a whole grid.</summary>
    public static string Grid(IReadOnlyList<SweptPoint> grid) => Digest([.. grid.Select(point => point.Point)]);

    private static string Json(EngineConfig engine) => (engine.Arguments with { PlannerProfileData = null }).ToJson();

    // Of the key of tracking hashes only matters whether it can be used.
    private static string Json(RouterConfig router) =>
        (router.Settings with { RouterPolicyConfig = null, RouterTrackingKeyFile = null }).ToJson() + router.Fault;

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
