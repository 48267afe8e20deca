using System.Runtime.InteropServices;
using System.Text;
using AgentSim;
using AgentSim.Capture;
using AgentSim.Files;
using AgentSim.Proxy;
using AgentSim.Proxy.Serving;
using AgentSim.Serving;

// Started by a capture or a server, which says on standard input what to do (ProxyMessages, ServerMessages).
using var output = new StreamWriter(Console.OpenStandardOutput(), new UTF8Encoding(false)) { AutoFlush = true };
using var input = new StreamReader(Console.OpenStandardInput(), Encoding.UTF8);
var lines = new ProgramLines(input, output);

// Signals are meant for whoever started it, and those of a terminal or a service reach both: that one says when to stop. When
// it is gone, the input ends.
using var onInterrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Ignore);
using var onTerminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Ignore);
using var onHangUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, Ignore);
ProcessLimits.IgnoreFileSizeSignal();

if (await input.ReadLineAsync() is not { } line)
{
    await Console.Error.WriteLineAsync("This program is started by AgentSim: Start-AgentTrace -Upstream, agentsim capture --upstream, "
        + "Start-AgentServer or agentsim serve.");
    return 2;
}

try
{
    if (args is [ServerMessages.Argument]) await ServerProgram.RunAsync(line, lines);
    else if (ProxyMessages.Read<ProxySettings>(line) is { } settings) await ProxyProgram.RunAsync(settings, lines);
    else return 2;
    return 0;
}
catch (AgentSimException error)
{
    lines.Report(error);
    return 1;
}

static void Ignore(PosixSignalContext signal) => signal.Cancel = true;
