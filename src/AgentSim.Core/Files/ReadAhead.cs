using System.Runtime.ExceptionServices;

namespace AgentSim.Files;

/// <summary>
/// Decompresses on a thread of its own, a few pieces ahead of the reader, so that decompression and decoding overlap.
/// Owns the decoder and the file.
/// </summary>
internal sealed class ReadAhead : IDisposable
{
    private const int PieceSize = 240 << 10;   // fits the buffer of a trace reader beside the beginning of a line
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private readonly GzipSource _decoder;
    private readonly CountedStream _file;
    private readonly Thread _thread;
    private readonly object _gate = new();
    private readonly byte[][] _pieces = new byte[4][];   // a ring
    private readonly int[] _lengths = new int[4];
    private long _filled;       // pieces filled so far
    private long _taken;        // pieces read to their end so far
    private int _offset;        // read of the current piece
    private bool _stop;
    private ExceptionDispatchInfo? _failure;

    public ReadAhead(GzipSource decoder, CountedStream file)
    {
        (_decoder, _file) = (decoder, file);
        _thread = new Thread(Fill) { IsBackground = true, Name = "decompression" };
        _thread.Start();
    }

    /// <summary>The next decompressed bytes; 0 at the end. Errors of the decoder come up here, behind the bytes before them.</summary>
    public int Read(Span<byte> buffer)
    {
        lock (_gate)
        {
            while (_filled == _taken && _failure is null) Monitor.Wait(_gate);
            if (_filled == _taken) _failure!.Throw();
        }

        int slot = (int)(_taken % _pieces.Length);
        int count = Math.Min(buffer.Length, _lengths[slot] - _offset);
        _pieces[slot].AsSpan(_offset, count).CopyTo(buffer);
        _offset += count;
        if (_offset < _lengths[slot] || count == 0) return count;   // the empty piece at the end stays
        _offset = 0;
        lock (_gate)
        {
            _taken++;
            Monitor.Pulse(_gate);
        }

        return count;
    }

    /// <summary>Stops the thread, which closes the file.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _stop = true;
            Monitor.Pulse(_gate);
        }

        _thread.Join(Patience);   // it may hang in a read of a pipe; then it ends with the process
    }

    private void Fill()
    {
        try
        {
            int length;
            do
            {
                int slot = (int)(_filled % _pieces.Length);
                lock (_gate)
                {
                    while (_filled - _taken == _pieces.Length && !_stop) Monitor.Wait(_gate);
                    if (_stop) return;
                }

                _pieces[slot] ??= new byte[PieceSize];
                length = _decoder.Read(_pieces[slot]);
                lock (_gate)
                {
                    _lengths[slot] = length;
                    _filled++;
                    Monitor.Pulse(_gate);
                }
            }
            while (length > 0);
        }
        catch (Exception error)
        {
            // Whatever it is belongs to the reader; on this thread it would end the process.
            lock (_gate)
            {
                _failure = ExceptionDispatchInfo.Capture(error);
                Monitor.Pulse(_gate);
            }
        }
        finally
        {
            _decoder.Dispose();
            _file.Dispose();
        }
    }
}
