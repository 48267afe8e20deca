namespace AgentSim;

/// <summary>
/// What messages name of a call: settings, some of their values, and commands. No other file of Core says how a front end calls
/// them; <c>$"{Setting.TraceBlockSize} must be at least 1"</c> becomes <c>--trace-block-size must be …</c> on the command line,
/// <c>-TraceBlockSize must be …</c> in PowerShell, and <c>trace block size must be …</c> for callers of the library.
/// </summary>
public static class Setting
{
    /// <summary>Engine arguments of aggregated workers.</summary>
    public static Term Engine { get; } = new("engine arguments");

    /// <summary>Engine arguments of the prefill workers.</summary>
    public static Term PrefillEngine { get; } = new("prefill engine arguments");

    /// <summary>Engine arguments of the decode workers.</summary>
    public static Term DecodeEngine { get; } = new("decode engine arguments");

    /// <summary>Settings of the KV router.</summary>
    public static Term RouterConfig { get; } = new("router settings");

    /// <summary>The file with queue policies of the KV router.</summary>
    public static Term RouterPolicy { get; } = new("router policy file");

    /// <summary>Number of aggregated workers.</summary>
    public static Term Workers { get; } = new("number of workers");

    /// <summary>Number of prefill workers.</summary>
    public static Term PrefillWorkers { get; } = new("number of prefill workers");

    /// <summary>Number of decode workers.</summary>
    public static Term DecodeWorkers { get; } = new("number of decode workers");

    /// <summary>How requests are placed on workers.</summary>
    public static Term RouterMode { get; } = new("router mode");

    /// <summary>The value of <see cref="RouterMode"/> for one worker after the other.</summary>
    public static Term RoundRobin { get; } = new("round_robin");

    /// <summary>The value of <see cref="RouterMode"/> for the KV router.</summary>
    public static Term KvRouter { get; } = new("kv_router");

    /// <summary>Seed of the KV router's draws.</summary>
    public static Term RouterSeed { get; } = new("router seed");

    /// <summary>The served model.</summary>
    public static Term ModelName { get; } = new("model name");

    /// <summary>Closed loop.</summary>
    public static Term Concurrency { get; } = new("concurrency");

    /// <summary>Speed-up of arrivals and delays.</summary>
    public static Term ArrivalSpeedupRatio { get; } = new("arrival speedup ratio");

    /// <summary>Speed-up of the starts of tasks.</summary>
    public static Term TaskArrivalSpeedupRatio { get; } = new("task arrival speedup ratio");

    /// <summary>Speed-up of tools.</summary>
    public static Term ToolSpeedupRatio { get; } = new("tool speedup ratio");

    /// <summary>Speed-up of delays.</summary>
    public static Term ThinkSpeedupRatio { get; } = new("think speedup ratio");

    /// <summary>Multiplier of outputs.</summary>
    public static Term OutputRatio { get; } = new("output ratio");

    /// <summary>The longest delay of a workload.</summary>
    public static Term MaxIdleSeconds { get; } = new("longest delay in seconds");

    /// <summary>The longest wait for tools of a workload.</summary>
    public static Term MaxToolWaitSeconds { get; } = new("longest wait for tools in seconds");

    /// <summary>How many times the agents run.</summary>
    public static Term Copies { get; } = new("number of copies");

    /// <summary>The window round which copies are turned.</summary>
    public static Term CopiesWindowSeconds { get; } = new("window of copies in seconds");

    /// <summary>Blocks that copies have in common.</summary>
    public static Term CopiesShared { get; } = new("shared blocks of copies");

    /// <summary>Where copies start.</summary>
    public static Term CopiesOffset { get; } = new("offset of copies");

    /// <summary>Seed of the offsets of copies.</summary>
    public static Term CopiesSeed { get; } = new("seed of copies");

    /// <summary>Closed loop of tasks.</summary>
    public static Term ConcurrentTasks { get; } = new("number of concurrent tasks");

    /// <summary>The time cap.</summary>
    public static Term MaxSimTimeSeconds { get; } = new("longest simulated time in seconds");

    /// <summary>Goodput bound of the time to first token.</summary>
    public static Term SlaTtftMs { get; } = new("SLA of TTFT in milliseconds");

    /// <summary>Goodput bound of the mean gap between tokens.</summary>
    public static Term SlaItlMs { get; } = new("SLA of ITL in milliseconds");

    /// <summary>Goodput bound of the latency.</summary>
    public static Term SlaE2eMs { get; } = new("SLA of the end-to-end latency in milliseconds");

    /// <summary>The share of a sweep.</summary>
    public static Term Shard { get; } = new("share");

    /// <summary>The file that keeps the finished points of a sweep.</summary>
    public static Term Checkpoint { get; } = new("checkpoint");

    /// <summary>Format of the trace.</summary>
    public static Term TraceFormat { get; } = new("trace format");

    /// <summary>Chooses among the models of a trace.</summary>
    public static Term Model { get; } = new("choice of a model");

    /// <summary>Tokens per hash id.</summary>
    public static Term TraceBlockSize { get; } = new("trace block size");

    /// <summary>Whether prompts may be cut in more than half of the rows.</summary>
    public static Term AllowCut { get; } = new("allowing cuts");

    /// <summary>Reads the whole lines of files whose end is missing.</summary>
    public static Term AllowTorn { get; } = new("allowing torn ends");

    /// <summary>Whether requests without a session are left out of an agentic trace.</summary>
    public static Term DropSessionless { get; } = new("dropping of sessionless requests");

    /// <summary>That dependencies on what is not there are dropped.</summary>
    public static Term DropDependencies { get; } = new("missing dependencies: drop");

    /// <summary>That a trace is converted as an agentic one.</summary>
    public static Term Agentic { get; } = new("agentic mode");

    /// <summary>Applied-compute sessions: share of a common prefix.</summary>
    public static Term TraceSharedPrefixRatio { get; } = new("shared prefix ratio of the trace");

    /// <summary>Applied-compute sessions: groups with a common prefix.</summary>
    public static Term TracePrefixGroups { get; } = new("number of prefix groups of the trace");

    /// <summary>Synthetic load: prompt tokens.</summary>
    public static Term InputTokens { get; } = new("input tokens");

    /// <summary>Synthetic load: output tokens.</summary>
    public static Term OutputTokens { get; } = new("output tokens");

    /// <summary>Synthetic load: requests or sessions.</summary>
    public static Term RequestCount { get; } = new("request count");

    /// <summary>Synthetic load: Poisson arrivals.</summary>
    public static Term RequestRate { get; } = new("request rate");

    /// <summary>Synthetic load: even arrivals.</summary>
    public static Term ArrivalIntervalMs { get; } = new("arrival interval in milliseconds");

    /// <summary>Synthetic load: seed of the arrivals.</summary>
    public static Term ArrivalSeed { get; } = new("arrival seed");

    /// <summary>Synthetic load: turns of a session.</summary>
    public static Term TurnsPerSession { get; } = new("turns per session");

    /// <summary>Synthetic load: share of a common prefix.</summary>
    public static Term SharedPrefixRatio { get; } = new("shared prefix ratio");

    /// <summary>Synthetic load: groups with a common prefix.</summary>
    public static Term PrefixGroups { get; } = new("number of prefix groups");

    /// <summary>Synthetic load: pause between turns.</summary>
    public static Term InterTurnDelayMs { get; } = new("delay between turns in milliseconds");

    /// <summary>Import: cut of idle stretches.</summary>
    public static Term MaxIdle { get; } = new("longest idle time");

    /// <summary>Import: cut of stretches of waiting for tools.</summary>
    public static Term MaxToolWait { get; } = new("longest wait for tools");

    /// <summary>Import: sessions that start in a second.</summary>
    public static Term SessionRate { get; } = new("rate of session starts");

    /// <summary>Import: characters that stand for a token.</summary>
    public static Term CharactersPerToken { get; } = new("number of characters per token");

    /// <summary>Import: the end of the time span.</summary>
    public static Term Until { get; } = new("end of the time span");

    /// <summary>Import: the beginning of the time span.</summary>
    public static Term Since { get; } = new("beginning of the time span");

    /// <summary>Import: the key of hashes.</summary>
    public static Term Salt { get; } = new("salt");

    /// <summary>Capture: whether requests without a session get one by their prompts.</summary>
    public static Term InferSessions { get; } = new("inferring of sessions");

    /// <summary>Capture: bytes that are written without waiting.</summary>
    public static Term BufferBytes { get; } = new("buffer bytes");

    /// <summary>Capture: milliseconds between writes.</summary>
    public static Term FlushIntervalMs { get; } = new("flush interval in milliseconds");

    /// <summary>Capture: bytes of a segment.</summary>
    public static Term RollBytes { get; } = new("roll bytes");

    /// <summary>Capture: records of a segment.</summary>
    public static Term RollLines { get; } = new("roll lines");

    /// <summary>Live replays: the server.</summary>
    public static Term Endpoint { get; } = new("endpoint");

    /// <summary>Live replays: the ids of tokens in prompts.</summary>
    public static Term TokenIds { get; } = new("token ids");

    /// <summary>Live replays: when the run ends at the latest.</summary>
    public static Term MaxSeconds { get; } = new("longest time in seconds");

    /// <summary>Live replays: when a request is given up.</summary>
    public static Term RequestTimeout { get; } = new("request timeout in seconds");

    /// <summary>The command that imports recordings.</summary>
    public static Term Import { get; } = new("the import");

    /// <summary>The format of an import, after the command.</summary>
    public static Term ImportFormat { get; } = new("of format");

    /// <summary>The kind of table of an import, after the command.</summary>
    public static Term ImportPreset { get; } = new("with preset");

    /// <summary>The command that makes timelines.</summary>
    public static Term Timeline { get; } = new("the export of timelines");

    /// <summary>The command that compares reports.</summary>
    public static Term Compare { get; } = new("the comparison of replays");

    /// <summary>What writes reports.</summary>
    public static Term ReportWriter { get; } = new("a replay");

    /// <summary>What writes request logs.</summary>
    public static Term RequestLogWriter { get; } = new("the records of a replay");

    /// <summary>The command that converts traces to rows.</summary>
    public static Term Convert { get; } = new("the conversion");

    /// <summary>What metrics may be.</summary>
    public static Term Limit { get; } = new("limits");

    /// <summary>The least value among which a capacity is looked for.</summary>
    public static Term Minimum { get; } = new("least value");

    /// <summary>The greatest value among which a capacity is looked for.</summary>
    public static Term Maximum { get; } = new("greatest value");

    /// <summary>The distance of the values among which a capacity is looked for.</summary>
    public static Term Step { get; } = new("step");

    /// <summary>With how many seeds each value is replayed.</summary>
    public static Term SeedCount { get; } = new("number of seeds");

    /// <summary>What an hour of a GPU costs.</summary>
    public static Term GpuPricePerHour { get; } = new("price of a GPU hour");

    /// <summary>Bytes of KV that a token takes.</summary>
    public static Term KvBytesPerToken { get; } = new("KV bytes per token");

    /// <summary>How much faster than its deployment a server is.</summary>
    public static Term ServerSpeed { get; } = new("speed");

    /// <summary>How long clients of a server may take to follow on an answer.</summary>
    public static Term ServerTurnaround { get; } = new("turnaround");

    /// <summary>All of them; a front end knows each, or leaves it its neutral name.</summary>
    public static IReadOnlyList<Term> All { get; } =
    [
        Engine, PrefillEngine, DecodeEngine, RouterConfig, RouterPolicy, Workers, PrefillWorkers, DecodeWorkers, RouterMode, RoundRobin,
        KvRouter, RouterSeed, ModelName, Concurrency, ArrivalSpeedupRatio, TaskArrivalSpeedupRatio, ToolSpeedupRatio, ThinkSpeedupRatio,
        OutputRatio, MaxIdleSeconds, MaxToolWaitSeconds, Copies, CopiesWindowSeconds, CopiesShared, CopiesOffset, CopiesSeed,
        ConcurrentTasks, MaxSimTimeSeconds, SlaTtftMs, SlaItlMs, SlaE2eMs, TraceFormat,
        Model, TraceBlockSize, AllowCut, AllowTorn,
        DropSessionless, DropDependencies, Agentic, TraceSharedPrefixRatio, TracePrefixGroups, InputTokens,
        OutputTokens, RequestCount, RequestRate, ArrivalIntervalMs, ArrivalSeed, TurnsPerSession, SharedPrefixRatio, PrefixGroups,
        InterTurnDelayMs, MaxIdle, MaxToolWait, SessionRate, CharactersPerToken, Until, Since, Salt, InferSessions, BufferBytes,
            FlushIntervalMs, RollBytes,
        RollLines, Shard, Checkpoint, Limit, Minimum, Maximum, Step, SeedCount, GpuPricePerHour, KvBytesPerToken, Endpoint, TokenIds,
        MaxSeconds, RequestTimeout, Import, ImportFormat, ImportPreset, Timeline, Compare, ReportWriter, RequestLogWriter, Convert,
        ServerSpeed, ServerTurnaround,
    ];
}
