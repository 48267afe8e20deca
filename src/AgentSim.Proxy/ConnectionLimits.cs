using AgentSim.Files;

namespace AgentSim.Proxy;

/// <summary>How many connections of clients a process can have, each with one to the server.</summary>
internal static class ConnectionLimits
{
    /// <summary>Connections that may be on their way in or out beyond the limit.</summary>
    public const int Slack = 32;

    private const int Reserve = 96;   // for files, look-ups of names and what the runtime opens
    private const int Fewest = 4;
    private const int Most = 20_000;

    /// <summary>The limit for this process as it is now.</summary>
    public static int Clients() => Clients(ProcessLimits.OpenFiles(), ProcessLimits.OpenFilesNow());

    /// <summary>The limit.</summary>
    /// <param name="descriptors">Descriptors there can be; null for any number.</param>
    /// <param name="used">Descriptors there are.</param>
    public static int Clients(long? descriptors, int used) =>
        descriptors is { } count ? (int)Math.Clamp((count - used - Reserve - (2 * Slack)) / 2, Fewest, Most) : Most;
}
