using System.Text;
using System.Text.Json;
using AgentSim.Json;
using AgentSim.Metrics;
using AgentSim.Simulation;

namespace AgentSim.Live;

/// <summary>What the first record of a live replay says of the run, so that its log is a measurement by itself.</summary>
internal static class LiveHead
{
    public static string Of(RunServer server, ReplaySettings settings, LiveSettings live, bool isValid)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Encoder = JsonLineWriter.Encoder }))
        {
            json.WriteStartObject();
            if (server.BlockSize is { } size) json.WriteNumber("block_size", size);
            if (settings.Concurrency is { } concurrency) json.WriteNumber("concurrency", concurrency);
            if (server.Engine is "vllm" or "sglang" or "trtllm") json.WriteString("engine", server.Engine);
            json.WriteBoolean("held_out", live.IsHeldOut);
            if (server.MaxModelLen is { } longest) json.WriteNumber("max_model_len", longest);
            json.WriteString("model", server.Model);
            if (settings.RunName is { } name) json.WriteString("name", name);
            if (server.NumGpuBlocks is { } blocks) json.WriteNumber("num_gpu_blocks", blocks);
            json.WriteBoolean("valid", isValid);
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(stream.GetBuffer(), 0, (int)stream.Length);
    }
}
