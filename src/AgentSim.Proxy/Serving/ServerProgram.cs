using System.Text.Json;
using AgentSim.Capture;
using AgentSim.Serving;

namespace AgentSim.Proxy.Serving;

/// <summary>Serves as whoever started the program says.</summary>
internal static class ServerProgram
{
    /// <summary>Does it, until it is told to stop or nobody tells it anything any more.</summary>
    public static async Task RunAsync(string settingsLine, ProgramLines lines)
    {
        ServerSettings settings = JsonSerializer.Deserialize(settingsLine, ServerMessages.Default.ServerSettings)!;
        await ServerWarmUp.RunAsync(settings).ConfigureAwait(false);
        await using ApiServer server = await ApiServer.StartAsync(settings, lines.Report).ConfigureAwait(false);
        lines.Say(new ProxyMessage { Address = server.Address });
        await lines.ServeAsync(SayReport, server.StopAsync).ConfigureAwait(false);
        SayReport();

        void SayReport() => lines.Say(new ProxyMessage
        {
            Other = JsonSerializer.SerializeToElement(server.Counters, ServerMessages.Default.ServerCounters),
        });
    }
}
