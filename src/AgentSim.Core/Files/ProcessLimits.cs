using System.Runtime.InteropServices;

namespace AgentSim.Files;

/// <summary>Limits that a system sets to a process.</summary>
public static class ProcessLimits
{
    private const PosixSignal FileSizeSignal = (PosixSignal)25;   // SIGXFSZ, on Linux and macOS
    private const int FileSize = 1;          // RLIMIT_FSIZE
    private const int OpenFilesOnLinux = 7;  // RLIMIT_NOFILE
    private const int OpenFilesElsewhere = 8;
    private const int UsualOpenFiles = 200;

    // Kept for ever. A handler, not "ignore": programs that this process starts would inherit that.
    private static readonly Lazy<PosixSignalRegistration> s_fileSize =
        new(() => PosixSignalRegistration.Create(FileSizeSignal, static signal => signal.Cancel = true));

    /// <summary>
    /// Makes a file that gets larger than a limit allows an error like a full disk. Otherwise the system ends the process at the write, and
    /// what waits to be written is lost. Nothing else of the process changes, and nothing of those that it starts.
    /// </summary>
    public static void IgnoreFileSizeSignal()
    {
        if (!OperatingSystem.IsWindows()) _ = s_fileSize.Value;
    }

    /// <summary>Whether files that this process writes may only have a certain size.</summary>
    public static bool HasFileSizeLimit() =>
        !OperatingSystem.IsWindows() && GetLimit(FileSize, out Limit limit) == 0 && (ulong)limit.Current < long.MaxValue;

    /// <summary>Files and connections that this process can have open; null for any number.</summary>
    public static long? OpenFiles()
    {
        if (OperatingSystem.IsWindows()) return null;
        int openFiles = OperatingSystem.IsLinux() ? OpenFilesOnLinux : OpenFilesElsewhere;
        return GetLimit(openFiles, out Limit limit) == 0 && limit.Current < int.MaxValue ? (long)limit.Current : null;
    }

    /// <summary>Files and connections that this process has open.</summary>
    public static int OpenFilesNow()
    {
        const string Open = "/proc/self/fd";
        return Directory.Exists(Open) ? Directory.EnumerateFileSystemEntries(Open).Count() : UsualOpenFiles;
    }

    [DllImport("libc", EntryPoint = "getrlimit")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int GetLimit(int resource, out Limit limit);

    [StructLayout(LayoutKind.Sequential)]
    private readonly struct Limit
    {
        public readonly nuint Current;
        public readonly nuint Most;
    }
}
