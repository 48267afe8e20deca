using System.Text.Json;
using AgentSim.Json;

namespace AgentSim.Engines;

// Which arguments change nothing in a replay. ArgumentEffects in the tests shows it for each of them.
public sealed partial record EngineArguments
{
    private static readonly HashSet<string> Inert =
    [
        "startup_time", "aic_system", "aic_backend_version", "aic_model_path", "aic_gemm_dtype", "aic_moe_dtype", "aic_fmha_dtype",
        "aic_kv_cache_dtype", "aic_comm_dtype", "aic_moe_tp_size", "aic_moe_ep_size", "gpu_memory_utilization", "mem_fraction_static",
        "free_gpu_memory_fraction", "offload_batch_size", "bandwidth_g1_to_g2_gbps", "bandwidth_g2_to_g1_gbps", "bandwidth_g2_to_g3_gbps",
        "bandwidth_g3_to_g2_gbps", "bandwidth_g2_to_g4_gbps", "bandwidth_g4_to_g2_gbps", "enable_local_indexer", "bootstrap_port",
        "zmq_kv_events_port", "zmq_replay_port", "handoff_session_timeout_ms", "reasoning", "response_replay_trace_path",
    ];

    private static readonly HashSet<string> NotOfSglang =
        ["enable_prefix_caching", "enable_chunked_prefill", "preemption_mode", "g1_backend", "num_g2_blocks", "num_g3_blocks", "enable_g4_storage"];

    private static readonly HashSet<string> Transfer = ["kv_bytes_per_token", "kv_transfer_bandwidth", "kv_transfer_timing_mode"];

    private static readonly Dictionary<string, HashSet<string>> NestedNames = KnownNestedNames();

    // Members of nested objects that nobody knows: the reference passes over them, and so does the table that reads them.
    internal IReadOnlyList<string> UnknownMembers { get; init; } = [];

    /// <summary>What was set and changes nothing in a replay, by reason.</summary>
    /// <param name="optionName">What the user calls these arguments, for messages.</param>
    /// <param name="hasRouter">Whether a KV router places the requests.</param>
    internal IEnumerable<RunWarning> Ignored(string optionName, bool hasRouter)
    {
        var defaults = new EngineArguments { EngineType = EngineType, WorkerType = WorkerType };
        string[] set = [.. JsonOptionsText.ChangedNames(defaults.Validated(optionName).ToJson(), ToJson())];
        bool isSglang = EngineType == EngineType.Sglang, isTrtllm = EngineType == EngineType.Trtllm;
        (string Reason, Func<string, bool> Matches)[] reasons =
        [
            ("offline replay does not simulate what they are for", name => Inert.Contains(name.Split('.')[0])),
            ("they are for engine_type sglang", name => !isSglang && name.StartsWith("sglang.", StringComparison.Ordinal)),
            ("they are for engine_type trtllm", name => !isTrtllm && name.StartsWith("trtllm.", StringComparison.Ordinal)),
            ("engine_type sglang ignores them", name => isSglang && NotOfSglang.Contains(name)),
            ("engine_type trtllm never preempts", name => isTrtllm && name == "preemption_mode"),
            ("nothing is handed over between workers that do both", name => WorkerType == WorkerType.Aggregated && Transfer.Contains(name)),
            ("what is handed over is up to the prefill workers", name => WorkerType == WorkerType.Decode && Transfer.Contains(name)),
            ("only the KV router has a queue", name => !hasRouter && name == "router_queue_policy"),
            ("nothing is drawn without aic_nextn", name => AicNextn is null && name == "aic_mtp_seed"),
        ];
        foreach ((string reason, Func<string, bool> matches) in reasons)
        {
            string[] names = [.. set.Where(matches)];
            if (names.Length > 0)
                yield return new RunWarning(WarningCodes.ArgumentsIgnored, $"{optionName}: {string.Join(", ", names)} without effect: {reason}", names.Length);
        }

        if (UnknownMembers.Count > 0)
            yield return new RunWarning(WarningCodes.ArgumentsIgnored, $"{optionName}: {string.Join(", ", UnknownMembers)} without effect: there is no argument of that name", UnknownMembers.Count);
        if (WorkerType == WorkerType.Prefill && KvBytesPerToken is null != KvTransferBandwidth is null)
            yield return new RunWarning(WarningCodes.ArgumentsIgnored, $"{optionName}: kv_bytes_per_token and kv_transfer_bandwidth without effect by themselves: handing over takes time only with both");
    }

    private static string[] FindUnknownMembers(JsonElement root)
    {
        List<string> unknown = [];
        foreach (JsonProperty group in root.EnumerateObject())
        {
            if (group.Value.ValueKind != JsonValueKind.Object || !NestedNames.TryGetValue(group.Name, out HashSet<string>? known)) continue;
            unknown.AddRange(group.Value.EnumerateObject().Where(member => !known.Contains(member.Name)).Select(member => $"{group.Name}.{member.Name}"));
        }

        return [.. unknown];   // none: always the same array, so that equal arguments stay equal
    }

    private static Dictionary<string, HashSet<string>> KnownNestedNames()
    {
        using JsonDocument all = JsonDocument.Parse(new EngineArguments { Reasoning = new ReasoningArguments() }.ToJson());
        return all.RootElement.EnumerateObject().Where(member => member.Value.ValueKind == JsonValueKind.Object)
            .ToDictionary(member => member.Name, member => member.Value.EnumerateObject().Select(inner => inner.Name).ToHashSet());
    }
}
