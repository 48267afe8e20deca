using AgentSim.Simulation;
using AgentSim.Workload;

namespace AgentSim.Live;

/// <summary>The settings of a live replay by name, as its report holds them: those of its load, and where it went.</summary>
internal static class LiveRunSettings
{
    public static Dictionary<string, object?> Describe(ReplayWorkload workload, ReplaySettings settings, LiveSettings live, ulong salt)
    {
        Dictionary<string, object?> names = RunSettings.DescribeLoad(workload, settings);
        names["endpoint"] = live.Endpoint.ToString();
        names["model"] = live.Model;
        names["prompt_mode"] = live.PromptMode == PromptMode.Text ? "text" : "tokens";
        if (live.PromptMode == PromptMode.Tokens)
        {
            names["first_token_id"] = live.FirstTokenId;
            names["last_token_id"] = live.LastTokenId;
        }

        if (live.VocabularySize is { } size) names["vocabulary_size"] = size;
        names["salt"] = salt;
        names["cache_salt"] = live.CacheSalt.ToString().ToLowerInvariant();
        if (live.RequestTimeoutSeconds is { } seconds) names["request_timeout_seconds"] = seconds;
        return names;
    }
}
