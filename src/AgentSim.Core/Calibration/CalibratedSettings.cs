using AgentSim.Engines;
using AgentSim.Measurements;
using AgentSim.Simulation;

namespace AgentSim.Calibration;

/// <summary>A replay with a timing profile.</summary>
public static class CalibratedSettings
{
    /// <summary>
    /// Gives the engines of a replay the profile's latencies, and the arguments of its server where the call gives none.
    /// Where the two contradict each other, what was given stays and the run warns of it.
    /// </summary>
    /// <param name="settings">The replay.</param>
    /// <param name="profile">The profile.</param>
    /// <exception cref="AgentSimException"><c>OptionsConflict</c>: an engine has a profile of its own.</exception>
    public static ReplaySettings With(this ReplaySettings settings, TimingProfile profile)
    {
        ArgumentNullException.ThrowIfNull(settings);
        ArgumentNullException.ThrowIfNull(profile);
        List<RunWarning> warnings = [.. settings.Warnings];
        return settings with
        {
            Engine = settings.Pools is null ? Apply(settings.Engine, profile, warnings) : settings.Engine,
            Pools = settings.Pools is { } pools ? pools with { Prefill = Apply(pools.Prefill, profile, warnings),
                Decode = Apply(pools.Decode, profile, warnings) } : null,
            Calibration = profile.Use,
            Warnings = [.. warnings.Distinct()],
        };
    }

    private static EngineConfig Apply(EngineConfig engine, TimingProfile profile, List<RunWarning> warnings)
    {
        EngineArguments given = engine.Arguments;
        if (given.PlannerProfileData is not null)
            throw Errors.OptionsConflict.Usage(
                "a timing profile and planner_profile_data exclude each other; leave planner_profile_data out");
        MeasuredServer server = profile.Server;
        EngineType type = server.Engine is { } name && EngineType.Find(name, EngineType.All) is { } known ? known : given.EngineType;
        EngineArguments defaults = new EngineArguments { EngineType = given.EngineType }.Validated("engine arguments");
        List<string> conflicts = [];
        if (type != given.EngineType)
        {
            if (given.EngineType == EngineType.Vllm && !given.Given.Contains("engine_type")) given = given with { EngineType = type };
            else conflicts.Add($"engine_type is {given.EngineType.Name}, the profile's server was {type.Name}");
        }

        given = given with
        {
            NumGpuBlocks = Choose("num_gpu_blocks", given.NumGpuBlocks, defaults.NumGpuBlocks, server.NumGpuBlocks),
            BlockSize = Choose("block_size", given.BlockSize, defaults.BlockSize, server.BlockSize),
            MaxNumSeqs = Choose("max_num_seqs", given.MaxNumSeqs, defaults.MaxNumSeqs, server.MaxNumSeqs),
            MaxNumBatchedTokens = Choose("max_num_batched_tokens", given.MaxNumBatchedTokens, defaults.MaxNumBatchedTokens,
                server.MaxNumBatchedTokens),
            MaxModelLen = Choose("max_model_len", given.MaxModelLen, defaults.MaxModelLen,
                given.EngineType == EngineType.Vllm ? server.MaxModelLen : null),
            AicTpSize = Choose("aic_tp_size", given.AicTpSize, defaults.AicTpSize, server.TensorParallelSize),
            EnablePrefixCaching = Choose("enable_prefix_caching", given.EnablePrefixCaching, defaults.EnablePrefixCaching,
                server.EnablePrefixCaching),
            EnableChunkedPrefill = Choose("enable_chunked_prefill", given.EnableChunkedPrefill, defaults.EnableChunkedPrefill,
                server.EnableChunkedPrefill),
        };
        if (conflicts.Count > 0)
            warnings.Add(new RunWarning(WarningCodes.TimingProfileConflict,
                $"{string.Join("; ", conflicts)}: the engine's arguments stay, and the profile's stated errors are not of them",
                    conflicts.Count));
        return given.Resolve("engine arguments").With(profile.Tables);

        T Choose<T>(string argument, T value, T fallback, object? measured)
        {
            if (measured is null || measured.Equals(value)) return value;
            if (!given.Given.Contains(argument) && EqualityComparer<T>.Default.Equals(value, fallback)) return (T)measured;
            conflicts.Add($"{argument} is {value}, the profile's server had {measured}");
            return value;
        }
    }
}
