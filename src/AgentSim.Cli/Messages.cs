using AgentSim.Files;

namespace AgentSim.Cli;

/// <summary>
/// What is said on standard error. That it cannot be said, because a disk is full or a terminal gone, must not end what is
/// being done: a capture goes on, and an error keeps its exit code.
/// </summary>
internal static class Messages
{
    public static void WriteLine(string text) => Write($"{text}{Environment.NewLine}");

    public static void Write(string text)
    {
        try
        {
            Console.Error.Write(text);
        }
        catch (Exception error) when (WriteFailure.Is(error))
        {
            // There is nowhere to say so.
        }
    }
}
