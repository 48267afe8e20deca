using AgentSim.Engines;
using AgentSim.Recording;
using AgentSim.Rows;
using AgentSim.Simulation;
using AgentSim.Workload;

namespace AgentSim.Tests.Engines.Sglang;

/// <summary>Replays a few rows on one SGLang worker.</summary>
internal static class SglangReplay
{
    public static MooncakeRow Row(double timestamp, int input, int output, params ulong[] ids) =>
        new() { Timestamp = timestamp, InputLength = input, OutputLength = output, HashIds = ids };

    /// <summary>As many ids as a prompt needs, from <paramref name="first"/> on.</summary>
    public static MooncakeRow Row(double timestamp, int input, int output, ulong first, int traceBlockSize)
    {
        ulong[] ids = new ulong[(input + traceBlockSize - 1) / traceBlockSize];
        for (int i = 0; i < ids.Length; i++) ids[i] = first + (ulong)i;
        return Row(timestamp, input, output, ids);
    }

    /// <param name="engine">Engine arguments besides <c>engine_type</c>, as the inside of a JSON object.</param>
    /// <param name="rows">The requests, trace blocks of 16 tokens.</param>
    public static RequestResult[] Run(string engine, params MooncakeRow[] rows)
    {
        ReplaySettings settings = new() { Engine = Arguments(engine) };
        return [.. Replay.Run(WorkloadLoader.FromRows(rows, 16), settings).Requests.OrderBy(request => request.Ordinal)];
    }

    public static EngineConfig Arguments(string engine) => EngineConfig.Parse($$"""{"engine_type":"sglang",{{engine}}}""", "engine");
}
