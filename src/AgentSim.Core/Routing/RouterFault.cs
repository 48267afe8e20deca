namespace AgentSim.Routing;

/// <summary>
/// Why the KV router cannot run with settings that are right in themselves; found when they are resolved, said only where it runs.
/// </summary>
internal sealed record RouterFault(ErrorCode Code, string Message, string? Path = null)
{
    private const int TrackingKeyBytes = 32;

    /// <summary>The fault of some settings; null where there is none.</summary>
    public static RouterFault? Find(RouterSettings settings)
    {
        if (settings.RouterPrefillLoadModel == RouterPrefillLoadModel.Aic)
        {
            return new RouterFault(Errors.AicNotAvailable,
                "router_prefill_load_model aic needs NVIDIA's AIConfigurator (AIC), whose performance database is not available in " +
                    "AgentSim; use none, which measures prefill load in prompt tokens");
        }

        if (settings.RouterTrackingHash != RouterTrackingHash.Keyed) return null;
        string path = settings.RouterTrackingKeyFile!;
        return WhyNoKey(path) is { } reason
            ? new RouterFault(Errors.RouterTrackingKeyInvalid, $"the file of router_tracking_key_file {reason}", path)
            : null;
    }

    public AgentSimException As(string optionName) =>
        Path is { } path ? Code.At(path, 0, $"{Message}") : Code.Error($"{optionName}: {Message}");

    private static string? WhyNoKey(string path)
    {
        try
        {
            long bytes = new FileInfo(path).Length;
            return bytes == TrackingKeyBytes ? null : $"must hold exactly {TrackingKeyBytes} bytes (holds {bytes})";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return "cannot be read";
        }
    }
}
