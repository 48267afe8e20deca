using AgentSim.Capture;

namespace AgentSim.Proxy;

/// <summary>Records as the capture that started the program says.</summary>
internal static class ProxyProgram
{
    /// <summary>Does it, until it is told to stop or nobody tells it anything any more.</summary>
    public static async Task RunAsync(ProxySettings settings, ProgramLines lines)
    {
        using ProxyLedger? ledger = ProxyLedger.Open(settings.Ledger);
        using var sink = TraceFileSink.Open(settings.Sink, lines.Report, ledger is null ? null : ledger.WriteRows);
        if (!settings.IsRestart) await WarmUp.RunAsync().ConfigureAwait(false);
        RecordingProxy proxy = await RecordingProxy.StartAsync(settings.Proxy, row => sink.Publish(row), lines.Report, ledger)
            .ConfigureAwait(false);
        await using (proxy.ConfigureAwait(false))
        {
            lines.Say(new ProxyMessage { Address = proxy.Address });
            await lines.ServeAsync(SayReport, proxy.StopAsync).ConfigureAwait(false);
        }

        sink.Dispose();
        SayReport();

        void SayReport() => lines.Say(new ProxyMessage { Report = new ProxyReport(proxy.Counters, sink.Counters) });
    }
}
