using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace AgentSim.Files;

/// <summary>
/// Has the system begin to write a large file to the disk while the file grows. File systems of Linux write a file that replaces
/// another before they let it take its place, so that the other is not lost with the machine; of a file that was just written that
/// is all of it, and nothing else goes on meanwhile.
/// </summary>
internal sealed class EarlyWrites
{
    private const int Piece = 4 << 20;
    private const uint BeginOnly = 2;   // SYNC_FILE_RANGE_WRITE: waits for nothing

    private SafeFileHandle? _file;   // null where there is nothing to gain
    private long _written;
    private long _begun;

    /// <param name="stream">The file, at its start.</param>
    /// <param name="target">What it will replace; where there is nothing, nothing is done.</param>
    public EarlyWrites(Stream stream, string target)
    {
        if (OperatingSystem.IsLinux() && stream is FileStream { CanSeek: true } file && File.Exists(target)) _file = file.SafeFileHandle;
    }

    /// <summary>Says that more was written to the stream.</summary>
    public void Add(int count)
    {
        _written += count;
        if (_file is null || _written - _begun < Piece) return;
        // Where the system cannot do this, it says so, and the file is written as late as without it.
        try
        {
            _ = Begin(_file, _begun, _written - _begun, BeginOnly);
            _begun = _written;
        }
        catch (EntryPointNotFoundException)
        {
            _file = null;
        }
    }

    [DllImport("libc", EntryPoint = "sync_file_range")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Begin(SafeFileHandle file, long start, long count, uint flags);
}
