using AgentSim.Files;

namespace AgentSim.Capture;

/// <summary>Takes a line of a file and its 1-based number.</summary>
internal delegate void LineHandler(ReadOnlySpan<byte> line, long number);

/// <summary>
/// Reads the lines of a file that grows, plain or gzipped, each once. What is not complete yet – a line without its end,
/// a gzip member – is looked at again when the file has grown.
/// </summary>
internal sealed class SegmentTail(string path)
{
    private bool? _isGzip;
    private long _offset;   // in the file: everything before was handed out, and a member starts here
    private long _handed;   // bytes of content behind that that were handed out
    private long _seen;     // size at the last look
    private bool _isDamaged;   // nothing more can be read

    public string Path { get; } = path;

    /// <summary>Lines handed out.</summary>
    public long Rows { get; private set; }

    /// <summary>Size of the file at the last look.</summary>
    public long Bytes => _seen;

    /// <summary>Hands out what is new.</summary>
    /// <exception cref="AgentSimException">The file cannot be read, or is damaged.</exception>
    public void Poll(LineHandler? onLine, CancellationToken cancel)
    {
        using FileStream file = InputFiles.Open(Path);
        long length = file.Length;
        if (_isDamaged || length == _seen || length < _offset) return;
        if (_isGzip is null)
        {
            Span<byte> head = stackalloc byte[2];
            if (file.ReadAtLeast(head, 2, throwOnEndOfStream: false) < 2) return;
            _isGzip = head is [0x1f, 0x8b];
        }

        file.Position = _offset;
        _seen = length;
        try
        {
            ReadOn(file, onLine, cancel);
        }
        catch (AgentSimException)
        {
            _isDamaged = true;
            throw;
        }
    }

    private delegate int Reading(Span<byte> buffer);

    private void ReadOn(FileStream file, LineHandler? onLine, CancellationToken cancel)
    {
        var source = new CountedStream(file);
        if (_isGzip == false)
        {
            (long whole, _) = HandOut(source.Read, onLine, cancel);
            _offset += whole;
            return;
        }

        using var decoder = new GzipSource([], source);
        bool isCutShort = false;
        (long handed, bool isWhole) = HandOut(Decode, onLine, cancel);
        if (isWhole && !isCutShort) (_offset, _handed) = (_offset + source.Count, 0);
        else _handed = handed;

        int Decode(Span<byte> buffer)
        {
            try
            {
                return decoder.Read(buffer);
            }
            catch (InvalidDataException) when (decoder.IsCutShort)
            {
                isCutShort = true;
                return 0;
            }
            catch (InvalidDataException error)
            {
                throw Errors.GzipInvalid.At(Path, Rows + 1, error.Message, error);
            }
        }
    }

    // Hands out the lines behind the first _handed bytes; returns where the last one ends, and whether nothing follows.
    private (long End, bool IsWhole) HandOut(Reading read, LineHandler? onLine, CancellationToken cancel)
    {
        var buffer = new byte[64 << 10];
        int filled = 0;
        long start = 0;   // of the buffer, in the content
        while (true)
        {
            cancel.ThrowIfCancellationRequested();
            if (filled == buffer.Length)
            {
                if (filled >= LineReader.MaxLineBytes)
                    throw Errors.LineTooLong.At(Path, Rows + 1,
                        $"the line is longer than {InputLimits.Line.Size} ({InputLimits.Line.Raise})");
                Array.Resize(ref buffer, buffer.Length * 2);
            }

            int count = read(buffer.AsSpan(filled));
            if (count == 0) return (start, filled == 0);
            filled += count;
            int next = 0;
            for (int length; (length = buffer.AsSpan(next, filled - next).IndexOf((byte)'\n')) >= 0; next += length + 1)
            {
                if (start + next < _handed) continue;
                Rows++;
                onLine?.Invoke(buffer.AsSpan(next, length), Rows);
            }

            buffer.AsSpan(next, filled - next).CopyTo(buffer);
            filled -= next;
            start += next;
        }
    }
}
