using System.Management.Automation;
using AgentSim.Serving;
using AgentSim.Simulation;

namespace AgentSim.PowerShell;

/// <summary>
/// The servers of this process, until Stop-AgentServer, by their addresses. They end also when the module is removed or the process
/// exits.
/// </summary>
internal static class RunningServers
{
    private static readonly SortedDictionary<string, RunningServer> s_servers = new(StringComparer.OrdinalIgnoreCase);

    static RunningServers() => AppDomain.CurrentDomain.ProcessExit += (_, _) => StopAll();

    /// <summary>All of them, in order of their addresses.</summary>
    public static IReadOnlyList<RunningServer> All
    {
        get
        {
            lock (s_servers) return [.. s_servers.Values];
        }
    }

    public static RunningServer? Find(string address)
    {
        lock (s_servers) return s_servers.GetValueOrDefault(address.TrimEnd('/'));
    }

    public static void Add(RunningServer server)
    {
        lock (s_servers) s_servers[server.Address] = server;
    }

    /// <summary>Stops a server.</summary>
    /// <param name="server">The server.</param>
    /// <param name="hurry">Breaks off at once what it answers.</param>
    public static void Stop(RunningServer server, CancellationToken hurry = default)
    {
        lock (s_servers) s_servers.Remove(server.Address);
        server.Stop(hurry);
    }

    public static void StopAll()
    {
        foreach (RunningServer server in All) Stop(server);
    }
}

/// <summary>A server, with the problems that it had and that were not shown yet.</summary>
internal sealed class RunningServer
{
    private readonly List<AgentSimException> _problems = [];
    private readonly AgentServer _server;

    public RunningServer(ServerOptions options, ReplaySettings replay) => _server = AgentServer.Start(options, replay, problem =>
    {
        lock (_problems) _problems.Add(problem);
    });

    public string Address => _server.Address;

    public void Stop(CancellationToken hurry) => _server.Stop(hurry);

    /// <summary>The status; problems that came up since the last time are shown as warnings.</summary>
    public ServerStatus Status(Cmdlet command)
    {
        ServerStatus status = _server.Status();
        AgentSimException[] problems;
        lock (_problems)
        {
            problems = [.. _problems];
            _problems.Clear();
        }

        foreach (AgentSimException problem in problems) command.WriteWarning(problem.In(ParameterNames.Wording));
        return status;
    }
}
