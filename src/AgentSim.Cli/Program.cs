using System.Runtime.InteropServices;
using AgentSim.Cli;

using var interrupt = new CancellationTokenSource();

// The first signal ends the run in order; should that hang, the second one ends the process.
void Interrupt(PosixSignalContext context)
{
    context.Cancel = !interrupt.IsCancellationRequested;
    interrupt.Cancel();
}

using PosixSignalRegistration onInterrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Interrupt);
using PosixSignalRegistration onTerminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Interrupt);
using PosixSignalRegistration onHangUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, Interrupt);   // the terminal is gone
return CommandLine.Run(args, interrupt.Token);
