using AgentSim.Files;

namespace AgentSim.Imports;

/// <summary>The content of a file that is not read by lines: plain or gzipped, without a byte order mark.</summary>
internal sealed class SourceBytes : IDisposable
{
    private readonly CountedStream _file;
    private readonly GzipSource? _gzip;
    private readonly Action<int>? _onBytes;
    private byte[] _head;    // read already, not yet handed out
    private long _reported;

    /// <summary>Opens a file.</summary>
    /// <param name="path">The file, as the user named it.</param>
    /// <param name="onBytes">Told how many bytes of the file (compressed, if it is) were read, after each piece.</param>
    /// <exception cref="AgentSimException">The file cannot be opened.</exception>
    public SourceBytes(string path, Action<int>? onBytes)
    {
        _onBytes = onBytes;
        _file = new CountedStream(InputFiles.Open(path));
        try
        {
            _head = ReadHead();
            if (_head is [0x1f, 0x8b, ..])
            {
                _gzip = new GzipSource(_head, _file);
                _head = [];
                _head = ReadHead();
            }

            if (_head is [0xef, 0xbb, 0xbf]) _head = [];
        }
        catch (Exception error) when (error is IOException or InvalidDataException)
        {
            Dispose();
            throw Errors.InputUnreadable.At(path, 0, $"cannot be read: {error.Message}", error);
        }
    }

    /// <summary>The next bytes; 0 at the end.</summary>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="InvalidDataException">The compressed data are damaged or cut short.</exception>
    public int Read(Span<byte> buffer)
    {
        if (_head.Length > 0)
        {
            int count = Math.Min(_head.Length, buffer.Length);
            _head.AsSpan(0, count).CopyTo(buffer);
            _head = _head[count..];
            return count;
        }

        int read = _gzip is null ? _file.Read(buffer) : _gzip.Read(buffer);
        int news = (int)(_file.Count - _reported);
        _reported += news;
        if (news > 0) _onBytes?.Invoke(news);
        return read;
    }

    public void Dispose()
    {
        _gzip?.Dispose();
        _file.Dispose();
    }

    private byte[] ReadHead()
    {
        var head = new byte[3];
        for (int count = 0; ;)
        {
            int read = count == head.Length ? 0 : _gzip is null ? _file.Read(head.AsSpan(count)) : _gzip.Read(head.AsSpan(count));
            if (read == 0) return head[..count];
            count += read;
        }
    }
}

/// <summary>The content of a recording as a stream, for libraries that want one. Reading forward is all it can do.</summary>
internal sealed class SourceStream(SourceBytes source) : Stream
{
    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override int Read(Span<byte> buffer) => source.Read(buffer);

    public override int Read(byte[] buffer, int offset, int count) => source.Read(buffer.AsSpan(offset, count));

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
