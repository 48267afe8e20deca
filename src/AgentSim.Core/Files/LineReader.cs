using System.Buffers;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace AgentSim.Files;

/// <summary>
/// Reads the lines of a text file as UTF-8, one at a time, in memory bounded by the longest line (behaviour 01#1.1
/// and 01#2.1). Gzip is recognised by content. A byte order mark and a trailing carriage return are dropped; blank lines
/// are skipped but counted.
/// </summary>
internal sealed partial class LineReader : IDisposable
{
    /// <summary>The longest line that is read; a longer one is an error, so that a damaged file cannot exhaust memory.</summary>
    public static int MaxLineBytes => InputLimits.Line.Value;

    private const int InitialBuffer = 256 << 10;

    private readonly string _path;
    private readonly int _maxLine = MaxLineBytes;
    private readonly TornEnds? _torn;   // null: refused
    private readonly bool _canBeAsked;
    private readonly CancellationToken _cancel;
    private readonly CountedStream? _source;   // null over lines in memory
    private readonly Action<int>? _onBytes;
    private readonly ReadAhead? _gzip;
    private readonly GzipSource? _decoder;   // of _gzip, on a thread of its own
    private long _reported;  // bytes told to _onBytes
    private byte[] _buffer;
    private int _next;       // first byte not yet handed out
    private int _end;        // end of the bytes read
    private bool _atEnd;
    private bool _isTorn;
    private int _lineStart;
    private int _lineLength;

    /// <summary>Opens a file.</summary>
    /// <param name="path">The file, as the user named it.</param>
    /// <param name="onBytes">Told how many bytes of the file (compressed, if it is) were read, after each piece.</param>
    /// <param name="torn">Takes what is lost at a torn end, whose whole lines are read then; null: such an end is an error, and nothing can
    /// be done about it.</param>
    /// <param name="piece">Bytes to read at once, which is as much as blocks of lines have.</param>
    /// <param name="cancel">Ends the reading with <see cref="OperationCanceledException"/>.</param>
    /// <exception cref="AgentSimException">The file cannot be opened or read.</exception>
    public LineReader(
        string path, Action<int>? onBytes = null, TornEnds? torn = null, int piece = InitialBuffer, CancellationToken cancel = default)
    {
        _path = path;
        (_torn, _canBeAsked) = (torn == TornEnds.Refused ? null : torn, torn is not null);
        _cancel = cancel;
        _onBytes = onBytes;
        _source = new CountedStream(InputFiles.Open(path));
        _buffer = ArrayPool<byte>.Shared.Rent(piece);
        try
        {
            while (_end < 3 && Fill() > 0)
            {
            }

            if (_end >= 2 && _buffer[0] == 0x1f && _buffer[1] == 0x8b)
            {
                _decoder = new GzipSource(_buffer.AsSpan(0, _end).ToArray(), _source);
                _gzip = new ReadAhead(_decoder, _source);
                _end = 0;
                _atEnd = false;
                while (_end < 3 && Fill() > 0)
                {
                }
            }

            ReadOnlySpan<byte> head = _buffer.AsSpan(0, _end);
            if (head.StartsWith("\uFEFF"u8)) _next = 3;
            else if (head is [0xff, 0xfe, ..] or [0xfe, 0xff, ..])
                throw Error(1, Errors.EncodingInvalid, "the file is UTF-16; save it as UTF-8");
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>1-based number of the current line.</summary>
    public long LineNumber { get; private set; }

    /// <summary>The current line without its end; valid until the next <see cref="Read"/>.</summary>
    public ReadOnlySpan<byte> Line => _buffer.AsSpan(_lineStart, _lineLength);

    /// <summary>Moves to the next line that is not blank; false at the end of the file.</summary>
    /// <exception cref="AgentSimException">The file cannot be read on, or the line is too long or not UTF-8.</exception>
    public bool Read()
    {
        while (ReadAny())
        {
            ReadOnlySpan<byte> line = Line;
            if (!Utf8.IsValid(line) && line.Contains((byte)0))
                throw Error(LineNumber, Errors.EncodingInvalid, "the file is binary, not text; give lines of JSON, plain or gzipped");
            if (!Utf8.IsValid(line)) throw Error(LineNumber, Errors.EncodingInvalid, EncodedText.InvalidLine);
            if (!IsBlank(line)) return true;
        }

        return false;
    }

    public void Dispose()
    {
        if (_source is null) return;   // the lines are somebody else's
        if (_gzip is not null) _gzip.Dispose();
        else _source.Dispose();
        byte[] buffer = _buffer;
        _buffer = [];
        _next = _end = _lineStart = _lineLength = 0;
        if (buffer.Length > 0) ArrayPool<byte>.Shared.Return(buffer);
    }

    private static bool IsBlank(ReadOnlySpan<byte> line)
    {
        while (line.Length > 0)
        {
            if (line[0] is > 0x20 and < 0x80) return false;
            Rune.DecodeFromUtf8(line, out Rune rune, out int length);
            if (!Rune.IsWhiteSpace(rune)) return false;
            line = line[length..];
        }

        return true;
    }

    private bool ReadAny()
    {
        int scanned = 0;   // bytes from _next on that hold no line end
        while (true)
        {
            int length = _buffer.AsSpan(_next + scanned, _end - _next - scanned).IndexOf((byte)'\n');
            bool ended = length >= 0;
            length = scanned + (ended ? length : _end - _next - scanned);
            if (length > _maxLine) throw TooLong();
            if (!ended)
            {
                scanned = length;
                if (Fill() > 0) continue;
                if (length == 0) return false;
                if (_torn is not null && (_isTorn || !IsJson(_buffer.AsSpan(_next, length)))) return LeaveOut(length);
            }

            LineNumber++;
            _lineStart = _next;
            _lineLength = length > 0 && _buffer[_next + length - 1] == '\r' ? length - 1 : length;
            _next += ended ? length + 1 : length;
            return true;
        }
    }

    // Reads more behind _end, making room first; 0 at the end of the file.
    private int Fill()
    {
        if (_atEnd) return 0;
        _cancel.ThrowIfCancellationRequested();
        MakeRoom();
        try
        {
            int count = _gzip is null ? _source!.Read(_buffer.AsSpan(_end)) : _gzip.Read(_buffer.AsSpan(_end));
            _atEnd = count == 0;
            _end += count;
            Report();
            return count;
        }
        catch (InvalidDataException) when (_torn is not null && _decoder is { IsCutShort: true })
        {
            (_isTorn, _atEnd) = (true, true);
            if (_end == _next) _torn.Add(_path, LineNumber, 0);
            return 0;
        }
        catch (InvalidDataException error)
        {
            string way = _canBeAsked && _decoder is { IsCutShort: true } ? $"; {Setting.AllowTorn} reads the whole ones" : "";
            throw Error(LineNumber + 1, Errors.GzipInvalid, $"{error.Message}; the lines before this one are whole, the {_end - _next} " +
                $"bytes there are of this one are lost{way}", error);
        }
        catch (IOException error)
        {
            throw Error(LineNumber + 1, Errors.InputUnreadable, $"cannot be read: {error.Message}", error);
        }
    }

    private bool LeaveOut(int length)
    {
        _torn!.Add(_path, LineNumber, length);
        _next = _end;
        return false;
    }

    private static bool IsJson(ReadOnlySpan<byte> line)
    {
        try
        {
            var reader = new Utf8JsonReader(line);
            while (reader.Read())
            {
            }

            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private void Report()
    {
        int news = (int)(_source!.Count - _reported);
        if (news == 0) return;
        _reported += news;
        _onBytes?.Invoke(news);
    }

    private void MakeRoom()
    {
        if (_next > 0)
        {
            _buffer.AsSpan(_next, _end - _next).CopyTo(_buffer);
            _end -= _next;
            _next = 0;
        }

        if (_end < _buffer.Length) return;
        byte[] larger = ArrayPool<byte>.Shared.Rent(_buffer.Length * 2);
        _buffer.AsSpan(0, _end).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = larger;
    }

    private AgentSimException TooLong() => Error(LineNumber + 1, Errors.LineTooLong,
        $"the line is longer than {InputLimits.Line.Size}; is this a JSON-lines file? ({InputLimits.Line.Raise})");

    private AgentSimException Error(long line, ErrorCode errorId, string message, Exception? cause = null) =>
        errorId.At(_path, line, message, cause);
}
