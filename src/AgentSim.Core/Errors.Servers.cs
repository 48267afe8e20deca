namespace AgentSim;

#pragma warning disable CS1591   // an entry says itself when it comes

/// <content>Servers that answer with simulated engines.</content>
public static partial class Errors
{
    private static readonly Section Servers = new("Servers");

    public static ErrorCode ServedRequestFailed { get; } = Servers.Input(FaultCategory.LimitsExceeded,
        "the simulated engines of a server cannot go on with a request, or at all", "start the server with more KV blocks, or again");
    public static ErrorCode ServerEnded { get; } = Servers.Input(FaultCategory.OperationStopped,
        "a server ended on its own", "the message says why, if it is known; start it again");
    public static ErrorCode ServerFull { get; } = Servers.Input(FaultCategory.LimitsExceeded,
        "a server has more connections than the process can have, and closes those that rest (a warning)",
        "raise the limit (ulimit -n), or let clients use fewer");
    public static ErrorCode ServerMissing { get; } = Servers.Input(FaultCategory.ObjectNotFound,
        "no server of this session has an address", "Get-AgentServer shows those that are running");
    public static ErrorCode ServerReachable { get; } = Servers.Input(FaultCategory.ResourceUnavailable,
        "a server listens where other machines can reach it (a warning)", "listen on 127.0.0.1 unless they are to use it");
    public static ErrorCode ServerSettingInvalid { get; } = Servers.Call(
        "a setting of a server is out of range", "give one that the message allows");
    public static ErrorCode ServerStopped { get; } = Servers.Input(FaultCategory.OperationStopped,
        "a server was stopped while it answered", "nothing; whoever waited for the answer has a part of it");
    public static ErrorCode ServerUnavailable { get; } = Servers.Input(FaultCategory.ResourceUnavailable,
        "a server cannot be started, for example because the ASP.NET Core runtime is missing", "install what the message names");
}
