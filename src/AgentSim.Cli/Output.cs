using System.Text;

namespace AgentSim.Cli;

/// <summary>Standard output as UTF-8 whatever the locale says, as the table needs it, with line feeds.</summary>
internal static class Output
{
    public static StreamWriter Open() => new(Console.OpenStandardOutput(), new UTF8Encoding(encoderShouldEmitUTF8Identifier: false)) { NewLine = "\n" };
}
