using System.ComponentModel;
using System.Text;
using AgentSim.Files;
using Microsoft.Win32.SafeHandles;

namespace AgentSim.Cli;

/// <summary>Standard output as UTF-8 whatever the locale says, as the table needs it, with line feeds.</summary>
internal static class Output
{
    /// <summary>Writes lines. What others wrote in them is shown, and drives no terminal.</summary>
    /// <exception cref="AgentSimException">They cannot be written.</exception>
    public static void Write(string text) => Guard(() =>
    {
        using Stream output = Console.OpenStandardOutput();
        output.Write(Encoding.UTF8.GetBytes(Quote.Lines(text)));
        return 0;
    });

    /// <summary>Columns of the terminal; null where standard output is none.</summary>
    public static int? Width
    {
        get
        {
            try
            {
                return Console.IsOutputRedirected || Console.WindowWidth < 1 ? null : Console.WindowWidth;
            }
            catch (Exception error) when (error is IOException or PlatformNotSupportedException)
            {
                return null;   // a terminal that does not say
            }
        }
    }

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

/// <summary>
/// What is said on standard error. That it cannot be said, because a disk is full or a terminal gone, must not end what is
/// being done: a capture goes on, and an error keeps its exit code.
/// </summary>
internal static class Messages
{
    public static void WriteLine(string text) => Draw($"{Quote.Lines(text)}{Environment.NewLine}");

    /// <summary>Writes lines.</summary>
    public static void Write(string text) => Draw(Quote.Lines(text));

    /// <summary>Writes a text as it is, with the carriage returns of a line that is drawn again.</summary>
    public static void Draw(string text)
    {
        try
        {
            Console.Error.Write(text);
        }
        catch (Exception error) when (WriteFailure.Is(error))
        {
            // There is nowhere to say so.
        }
        catch (Win32Exception)
        {
            DrawAlone(text);   // the console hears signals by a thread, and there is none
        }
    }

    private static void DrawAlone(string text)
    {
        const int standardError = 2;
        try
        {
            using var handle = new SafeFileHandle(standardError, ownsHandle: false);
            using var stream = new FileStream(handle, FileAccess.Write, 1);
            stream.Write(Encoding.UTF8.GetBytes(text));
        }
        catch (Exception error) when (WriteFailure.Is(error))
        {
            // There is nowhere to say so.
        }
    }
}
