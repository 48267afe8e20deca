namespace AgentSim.Files;

/// <summary>Exceptions that mean that something cannot be written, and no mistake of the program.</summary>
public static class WriteFailure
{
    private const int DiskFull = 28, DiskFullOnWindows = unchecked((int)0x80070070);   // .NET's own words name a file that nobody asked for

    /// <summary>Whether an exception is one.</summary>
    /// <param name="error">What was thrown while writing.</param>
    public static bool Is(Exception error) => error is IOException or UnauthorizedAccessException || IsTooLarge(error);

    /// <summary>Why it cannot be written.</summary>
    /// <param name="error">What was thrown.</param>
    public static string Reason(Exception error)
    {
        ArgumentNullException.ThrowIfNull(error);
        return error is UnauthorizedAccessException ? "no permission to write there"
            : IsTooLarge(error) ? "it would be larger than the file system or a limit allows"
            : error is FileNotFoundException or DirectoryNotFoundException ? "no file can be made there"
            : error.HResult is DiskFull or DiskFullOnWindows ? "no space is left on the disk"
            : error.Message;
    }

    /// <summary>The error (<c>OutputFailed</c>) of a file that cannot be written.</summary>
    /// <param name="path">The file as the user named it.</param>
    /// <param name="error">What was thrown.</param>
    public static AgentSimException At(string path, Exception error)
    {
        ArgumentNullException.ThrowIfNull(path);
        return Errors.OutputFailed.At(path, 0, $"cannot be written: {Reason(error)}", error);
    }

    // What .NET makes of EFBIG.
    private static bool IsTooLarge(Exception error) => error is ArgumentOutOfRangeException { ParamName: "value" };
}
