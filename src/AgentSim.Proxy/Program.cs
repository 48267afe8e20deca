using System.Runtime.InteropServices;
using System.Text;
using AgentSim;
using AgentSim.Capture;
using AgentSim.Files;
using AgentSim.Proxy;

// Started by a capture, which says on standard input what to do (ProxyMessages).
using var output = new StreamWriter(Console.OpenStandardOutput(), new UTF8Encoding(false)) { AutoFlush = true };
using var input = new StreamReader(Console.OpenStandardInput(), Encoding.UTF8);

// Signals are meant for the capture, and those of a terminal or a service reach both: the capture says when to stop. When
// it is gone, the input ends.
using var onInterrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Ignore);
using var onTerminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Ignore);
using var onHangUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, Ignore);
ProcessLimits.IgnoreFileSizeSignal();

if (await input.ReadLineAsync() is not { } line || ProxyMessages.Read<ProxySettings>(line) is not { } settings)
{
    await Console.Error.WriteLineAsync("This program is started by Start-AgentTrace -Upstream or agentsim capture --upstream.");
    return 2;
}

try
{
    using ProxyLedger? ledger = ProxyLedger.Open(settings.Ledger);
    using var sink = TraceFileSink.Open(settings.Sink, Report, ledger is null ? null : ledger.WriteRows);
    if (!settings.IsRestart) await WarmUp.RunAsync();
    RecordingProxy proxy = await RecordingProxy.StartAsync(settings.Proxy, row => sink.Publish(row), Report, ledger);
    await using (proxy)
    {
        Say(new ProxyMessage { Address = proxy.Address });
        while (await input.ReadLineAsync() is ProxyMessages.StatusRequest) SayReport(proxy);
        using var hurry = new CancellationTokenSource();
        _ = HearHurryAsync(hurry);
        await proxy.StopAsync(hurry.Token);
    }

    sink.Dispose();
    SayReport(proxy);
    return 0;

    void SayReport(RecordingProxy proxy) => Say(new ProxyMessage { Report = new ProxyReport(proxy.Counters, sink.Counters) });
}
catch (AgentSimException error)
{
    Report(error);
    return 1;
}

static void Ignore(PosixSignalContext signal) => signal.Cancel = true;

async Task HearHurryAsync(CancellationTokenSource hurry)
{
    while (await input.ReadLineAsync() is { } more)
    {
        if (more != ProxyMessages.HurryRequest) continue;
        await hurry.CancelAsync();
        return;
    }
}

void Report(AgentSimException problem) => Say(new ProxyMessage { Problem = ProxyProblem.Of(problem) });

void Say(ProxyMessage message)
{
    try
    {
        lock (output) output.WriteLine(ProxyMessages.Write(message));
    }
    catch (IOException)
    {
        // Nobody listens any more; the end of the input says so, too.
    }
}
