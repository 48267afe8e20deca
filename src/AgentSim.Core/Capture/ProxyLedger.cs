using System.IO.MemoryMappedFiles;
using AgentSim.Files;

namespace AgentSim.Capture;

/// <summary>
/// A few counts of a recording proxy in memory that it shares with the process that started it: they tell what was lost when the
/// proxy dies, however it dies.
/// </summary>
internal sealed class ProxyLedger : IDisposable
{
    private const int Size = 64;
    private const int RequestsAt = 0, FailedAt = 8, NotRecordedAt = 16, WrittenAt = 24;

    private readonly MemoryMappedFile _file;
    private readonly MemoryMappedViewAccessor _view;
    private readonly bool _isOwner;

    private ProxyLedger(string path, bool isOwner)
    {
        (Path, _isOwner) = (path, isOwner);
        _file = MemoryMappedFile.CreateFromFile(path, FileMode.Open, null, Size);
        _view = _file.CreateViewAccessor(0, Size);
    }

    /// <summary>The file behind the memory.</summary>
    public string Path { get; }

    /// <summary>Rows in files.</summary>
    public long Written => _view.ReadInt64(WrittenAt);

    /// <summary>Requests that came and are neither in a file nor counted as something else.</summary>
    public long Missing => Math.Max(0, _view.ReadInt64(RequestsAt) - _view.ReadInt64(FailedAt) - _view.ReadInt64(NotRecordedAt) - Written);

    /// <summary>A new one; null where there is no place for it, and then nobody will know the counts.</summary>
    public static ProxyLedger? Create()
    {
        try
        {
            string path = System.IO.Path.GetTempFileName();
            File.WriteAllBytes(path, new byte[Size]);
            return new ProxyLedger(path, isOwner: true);
        }
        catch (Exception error) when (WriteFailure.Is(error))
        {
            return null;
        }
    }

    /// <summary>One that another process made; null if it is none.</summary>
    public static ProxyLedger? Open(string? path)
    {
        try
        {
            return path is null ? null : new ProxyLedger(path, isOwner: false);
        }
        catch (Exception error) when (WriteFailure.Is(error))
        {
            return null;
        }
    }

    /// <summary>Takes what was counted.</summary>
    public void Write(ProxyCounters counters)
    {
        _view.Write(RequestsAt, counters.Requests);
        _view.Write(FailedAt, counters.Failed);
        _view.Write(NotRecordedAt, counters.NotRecorded);
    }

    /// <summary>Takes the rows that are in files.</summary>
    public void WriteRows(long written) => _view.Write(WrittenAt, written);

    public void Dispose()
    {
        _view.Dispose();
        _file.Dispose();
        if (_isOwner) File.Delete(Path);
    }
}
