using AgentSim.Engines;
using AgentSim.Rows;

namespace AgentSim.Simulation;

/// <summary>What a disaggregated replay refuses, in the order of behaviour 04#11.2 (17 to 25).</summary>
internal static class PoolChecks
{
    public static void Check(PoolSettings pools, TraceFormat? format)
    {
        (EngineConfig prefill, EngineConfig decode) = (pools.Prefill, pools.Decode);
        CheckHandsOver(prefill);
        CheckHandsOver(decode);
        if (prefill.EngineType != decode.EngineType)
            throw Invalid($"prefill and decode workers must run the same engine (engine_type is {prefill.EngineType} " +
                $"and {decode.EngineType})");
        if (pools.PrefillWorkers < 1 || pools.DecodeWorkers < 1)
            throw Invalid($"disaggregated replay needs at least one worker in each pool ({Setting.PrefillWorkers} " +
                $"{pools.PrefillWorkers}, {Setting.DecodeWorkers} {pools.DecodeWorkers})");
        CheckType(prefill, WorkerType.Prefill, Setting.PrefillEngine);
        CheckType(decode, WorkerType.Decode, Setting.DecodeEngine);
        if (prefill.DpSize != 1 || decode.DpSize != 1)
            throw Invalid($"disaggregated replay does not support data-parallel ranks (dp_size is {prefill.DpSize} and " +
                $"{decode.DpSize}); use dp_size 1");
        if (prefill.BlockSize != decode.BlockSize)
            throw Invalid($"prefill and decode workers must have the same block size (block_size is {prefill.BlockSize} " +
                $"and {decode.BlockSize})");
        if (format == TraceFormat.MooncakeDelta)
            throw Invalid($"the trace format {TraceFormat.MooncakeDelta.Term()} cannot be replayed disaggregated");
        prefill.CheckRunnable(Setting.PrefillEngine);
        decode.CheckRunnable(Setting.DecodeEngine);
    }

    public static AgentSimException AgenticRefused() =>
        Invalid("an agentic trace cannot be replayed disaggregated; use aggregated workers");

    private static void CheckType(EngineConfig engine, WorkerType expected, string name)
    {
        if (engine.WorkerType == expected) return;
        throw Invalid($"{name}: worker_type must be {Lower(expected)} (is {Lower(engine.WorkerType)})");
    }

    private static void CheckHandsOver(EngineConfig engine)
    {
        if (engine.EngineType.Splitting is not null) return;
        string able = string.Join(" or ", EngineType.All.Where(type => type.Splitting is not null));
        throw Invalid($"disaggregated replay does not support engine_type {engine.EngineType}; use {able}");
    }

    private static string Lower(WorkerType type) => type.ToString().ToLowerInvariant();

    private static AgentSimException Invalid(string message) => Errors.ReplaySettingsInvalid.Error(message);
}
