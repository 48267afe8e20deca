using System.Globalization;
using System.Text;
using AgentSim.Engines;
using AgentSim.Rows;
using AgentSim.Simulation;
using AgentSim.Tests.Simulation;
using AgentSim.Workload;

namespace AgentSim.Tests.Agents;

/// <summary>A row of a random graph as its file says it, for computations that do not read the workload.</summary>
internal sealed record GraphRow(string Id, string Session, string? Play)
{
    public List<GraphWait> Waits { get; } = [];
    public List<string> Branches { get; } = [];
    public double Delay { get; set; }      // v1 and plain: without tools
    public double Tool { get; set; }
    public double? NotBefore { get; set; }   // v2
    public double? Timestamp { get; set; }
    public bool IsUnnamed { get; init; }
}

/// <summary>What a row waits for.</summary>
internal sealed record GraphWait(string Id, bool OnDispatch, double Delay);

/// <summary>
/// A random graph of requests and how to replay it: up to 8 workers, both routers, pools, engines that are too small, time caps.
/// </summary>
internal sealed record GraphRun(IReadOnlyList<GraphRow> Rows, int Version, string Text, ReplaySettings Settings)
{
    private const int TraceBlockSize = 16;

    public TraceFormat Format => Version == 0 ? TraceFormat.Mooncake : TraceFormat.AgenticMooncake;

    public ReplayWorkload Load() => Sim.Load(Text, Format, TraceBlockSize);

    public static GraphRun Make(int seed)
    {
        var random = new Random(seed);
        int version = random.Next(6) switch { 0 or 1 => 0, 2 or 3 => 1, _ => 2 };
        int count = random.Next(1, 30), sessions = random.Next(1, 8), plays = random.Next(1, 4);
        bool atOnce = random.Next(3) == 0;
        var rows = new List<GraphRow>();
        double time = random.Next(3) * 100.0;
        for (int i = 0; i < count; i++)
        {
            string id = Id(i);
            bool isUnnamed = version == 1 && random.Next(12) == 0;
            string session = isUnnamed ? Inv($"request_{i + 1}") : Inv($"s{random.Next(sessions)}");
            var row = new GraphRow(id, session, version == 2 ? Inv($"p{random.Next(plays)}") : null) { IsUnnamed = isUnnamed };
            time += Pick(random, 0.0, 0.0, 1.0, 25.5);
            if (version == 0) AddPlain(row, rows, time, random);
            else if (version == 1) AddVersion1(row, rows, time, random, atOnce, count);
            else AddVersion2(row, rows, time, random, atOnce);
            rows.Add(row);
        }

        return new GraphRun(rows, version, TextOf(rows, version, random), SettingsOf(random, version));
    }

    private static void AddPlain(GraphRow row, List<GraphRow> rows, double time, Random random)
    {
        if (rows.FindLast(other => other.Session == row.Session) is not { } before) row.Timestamp = time;
        else row.Waits.Add(new GraphWait(before.Id, false, row.Delay = Pick(random, 0.0, 3.0, 40.25)));
    }

    private static void AddVersion1(GraphRow row, List<GraphRow> rows, double time, Random random, bool atOnce, int count)
    {
        if (random.Next(3) > 0) row.Timestamp = time;
        if (random.Next(6) == 0) row.Branches.Add(Id(random.Next(count + 3)));   // some of which are not there
        if (rows.Count == 0 || random.Next(3) == 0) return;
        row.Delay = atOnce ? 0.0 : Pick(random, 0.0, 3.0, 40.25);
        row.Tool = atOnce || random.Next(2) == 0 ? 0.0 : Pick(random, 1.0, 10.5, 33.0);
        for (int wait = random.Next(1, 4); wait > 0; wait--)
        {
            string id = rows[random.Next(rows.Count)].Id;
            if (row.Waits.All(other => other.Id != id)) row.Waits.Add(new GraphWait(id, false, row.Delay + row.Tool));
        }
    }

    private static void AddVersion2(GraphRow row, List<GraphRow> rows, double time, Random random, bool atOnce)
    {
        row.NotBefore = random.Next(2) == 0 ? time : time + random.Next(400);
        List<GraphRow> same = rows.FindAll(other => other.Play == row.Play);
        if (same.Count == 0 || random.Next(3) == 0) return;
        for (int wait = random.Next(1, 4); wait > 0; wait--)
            row.Waits.Add(new GraphWait(same[random.Next(same.Count)].Id, random.Next(3) == 0, atOnce ? 0.0
                : Pick(random, 0.0, 3.0, 40.25)));
        if (random.Next(2) == 0) row.NotBefore = 0;
    }

    private static ReplaySettings SettingsOf(Random random, int version)
    {
        string type = Pick(random, "vllm", "vllm", "sglang", "trtllm");
        bool hasPools = version == 0 && type != "trtllm" && random.Next(2) == 0;
        int blockSize = Pick(random, 4, 8, 16);
        List<string> fields = [$"\"engine_type\":\"{type}\"", Inv($"\"block_size\":{blockSize}")];
        // prompts of up to 120 tokens and 40 of output
        if (random.Next(3) > 0) fields.Add(Inv($"\"num_gpu_blocks\":{random.Next(80, 260) / blockSize}"));
        if (random.Next(3) == 0) fields.Add(Inv($"\"max_num_batched_tokens\":{Pick(random, 8, 32, 64)}"));
        if (random.Next(4) == 0) fields.Add(Inv($"\"max_num_seqs\":{random.Next(1, 5)}"));
        if (random.Next(5) == 0) fields.Add("\"speedup_ratio\":1e12");
        string engine = $"{{{string.Join(',', fields)}}}";
        int workers = random.Next(1, 9);
        ReplaySettings settings = Sim.Settings(engine, workers, workers > 1 && random.Next(2) == 0 ? "{}" : null) with
        {
            Concurrency = version == 0 && random.Next(2) == 0 ? random.Next(1, 4) : null,
            MaxSimTimeMs = random.Next(5) == 0 ? random.Next(0, 600) : null,
            ArrivalSpeedupRatio = Pick(random, 1.0, 1.0, 0.5, 3.0),
        };
        if (!hasPools) return settings;
        EngineArguments arguments = EngineArguments.Parse(engine, "engine");
        return settings with
        {
            Engine = EngineConfig.Default,
            Workers = 1,
            Pools = new PoolSettings(
                (arguments with { WorkerType = WorkerType.Prefill, KvBytesPerToken = 100_000,
                    KvTransferBandwidth = Pick(random, 0.1, 1.0) }).Resolve("prefill"),
                (arguments with { WorkerType = WorkerType.Decode }).Resolve("decode"),
                random.Next(2, 5),
                random.Next(1, 4)),
        };
    }

    private static string TextOf(List<GraphRow> rows, int version, Random random)
    {
        var text = new StringBuilder();
        if (version == 2) text.AppendLine(
            """{"schema":"dynamo.agentic_mooncake","version":2,"block_size":16,"hash_id_scope":"local","source":{"format":"test","digest":"0"}}""");
        foreach (GraphRow row in rows)
        {
            int input = random.Next(1, 121), output = random.Next(10) == 0 ? 0 : random.Next(1, 41);
            string ids = string.Join(',', Enumerable.Range(0, (input + TraceBlockSize - 1) / TraceBlockSize).Select(_ => random.Next(12)));
            text.Append(Inv($"{{\"request_id\":\"{row.Id}\",\"input_length\":{input},\"output_length\":{output},\"hash_ids\":[{ids}]"));
            if (!row.IsUnnamed) text.Append(Inv($",\"session_id\":\"{row.Session}\""));
            if (row.Timestamp is { } time) text.Append(Inv($",\"timestamp\":{time}"));
            if (version == 2)
            {
                text.Append(Inv($",\"play_id\":\"{row.Play}\",\"model\":\"m\",\"not_before_ms\":{row.NotBefore}"));
                if (row.Waits.Count > 0) text.Append(Inv($",\"dependencies\":[{string.Join(',', row.Waits.Select(Dependency))}]"));
            }
            else if (row.Waits.Count > 0)
            {
                text.Append(Inv($",\"delay\":{row.Delay}"));
                if (version == 1) text.Append(
                    Inv($",\"wait_for\":[{string.Join(',', row.Waits.Select(wait => $"\"{wait.Id}\""))}],\"tool_wait_ms\":{row.Tool}"));
            }

            if (row.Branches.Count > 0)
                text.Append(Inv($",\"branches\":[{string.Join(',', row.Branches.Select(branch => $"\"{branch}\""))}]"));
            text.AppendLine("}");
        }

        return text.ToString();
    }

    private static string Dependency(GraphWait wait) =>
        Inv($"{{\"request_id\":\"{wait.Id}\",\"trigger\":\"{(wait.OnDispatch ? "dispatch" : "completion")}\",\"delay_ms\":{wait.Delay},\"relation\":\"{(wait.OnDispatch ? "spawn" : "sequence")}\"}}");

    private static string Id(int row) => Inv($"q{row:000}");

    private static string Inv(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private static T Pick<T>(Random random, params T[] choices) => choices[random.Next(choices.Length)];
}
