using AgentSim.Cli;
using AgentSim.Files;

ProcessLimits.IgnoreFileSizeSignal();
return CommandLine.Run(args, Signals.Listen());
