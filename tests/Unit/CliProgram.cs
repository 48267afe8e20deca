using System.Diagnostics;

namespace AgentSim.Tests;

/// <summary>
/// The command line as a process of its own. The environment variable AGENTSIM_PROGRAM names another build of it to test,
/// such as the native program.
/// </summary>
internal static class CliProgram
{
    private static readonly string[] Command =
        Environment.GetEnvironmentVariable("AGENTSIM_PROGRAM") is { Length: > 0 } program ? [program]
        : ["dotnet", Path.Combine(AppContext.BaseDirectory, "agentsim.dll")];

    /// <summary>How to start it, its outputs redirected.</summary>
    public static ProcessStartInfo Start(params string[] arguments) => StartBy([], arguments);

    /// <summary>How to start it by another program.</summary>
    public static ProcessStartInfo StartBy(string[] before, params string[] arguments)
    {
        string[] line = [.. before, .. Command, .. arguments];
        return new ProcessStartInfo(line[0], line[1..]) { RedirectStandardOutput = true, RedirectStandardError = true };
    }
}
