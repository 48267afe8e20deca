using AgentSim.Cli;
using AgentSim.Files;

try
{
    ProcessLimits.IgnoreFileSizeSignal();
    return CommandLine.Run(args, Signals.Listen());
}
catch (TypeInitializationException error)
{
    return CommandLine.Exhausted(error);   // signals are heard by a thread, and there is none
}
