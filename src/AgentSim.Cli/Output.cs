using System.Text;
using AgentSim.Files;

namespace AgentSim.Cli;

/// <summary>Standard output as UTF-8 whatever the locale says, as the table needs it, with line feeds.</summary>
internal static class Output
{
    /// <summary>Writes a text.</summary>
    /// <exception cref="AgentSimException">It cannot be written.</exception>
    public static void Write(string text) => Guard(() =>
    {
        using Stream output = Console.OpenStandardOutput();
        output.Write(Encoding.UTF8.GetBytes(text));
        return 0;
    });

    /// <summary>Does what writes to standard output.</summary>
    /// <exception cref="AgentSimException">It cannot be written.</exception>
    public static int Guard(Func<int> write)
    {
        try
        {
            return write();
        }
        catch (Exception error) when (WriteFailure.Is(error))
        {
            throw Errors.OutputFailed.Error($"standard output cannot be written: {WriteFailure.Reason(error)}", inner: error);
        }
    }
}
