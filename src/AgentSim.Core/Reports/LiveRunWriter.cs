using System.Text.Json;
using AgentSim.Json;
using AgentSim.Metrics;

namespace AgentSim.Reports;

/// <summary>What report files say of the server and the client of a live replay.</summary>
internal static class LiveRunWriter
{
    public static void Client(Utf8JsonWriter json, RunClient client)
    {
        json.WriteStartObject("client");
        Real(json, "cpu_share", client.CpuShare);
        Real(json, "dispatch_delay_p50_ms", client.DispatchDelayP50Ms);
        Real(json, "dispatch_delay_p999_ms", client.DispatchDelayP999Ms);
        Real(json, "dispatch_delay_p99_ms", client.DispatchDelayP99Ms);
        json.WriteNumber("processors", client.Processors);
        json.WriteNumber("retries", client.Retries);
        json.WriteEndObject();
    }

    public static void Failures(Utf8JsonWriter json, IReadOnlyList<RequestFailures> failures)
    {
        json.WriteStartObject("failures");
        foreach (RequestFailures each in failures) json.WriteNumber(each.Name, each.Count);
        json.WriteEndObject();
    }

    public static void Server(Utf8JsonWriter json, RunServer server)
    {
        json.WriteStartObject("server");
        if (server.BlockSize is { } size) json.WriteNumber("block_size", size);
        json.WriteString("endpoint", server.Endpoint);
        if (server.Engine is { } engine) json.WriteString("engine", engine);
        if (server.Header is { } header) json.WriteString("header", header);
        if (server.MaxModelLen is { } longest) json.WriteNumber("max_model_len", longest);
        json.WriteStartObject("metrics");
        foreach (ServerMetric metric in server.Metrics)
        {
            json.WriteStartArray(metric.Name);   // before, after
            Value(json, metric.Before);
            Value(json, metric.After);
            json.WriteEndArray();
        }

        json.WriteEndObject();
        json.WriteString("model", server.Model);
        if (server.NumGpuBlocks is { } blocks) json.WriteNumber("num_gpu_blocks", blocks);
        json.WriteEndObject();
    }

    private static void Real(Utf8JsonWriter json, string name, double value)
    {
        json.WritePropertyName(name);
        Value(json, value);
    }

    private static void Value(Utf8JsonWriter json, double? value)
    {
        if (value is { } known && double.IsFinite(known)) json.WriteReal(known);
        else json.WriteNullValue();
    }
}
