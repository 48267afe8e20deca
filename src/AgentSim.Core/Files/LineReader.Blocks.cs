using System.Buffers;

namespace AgentSim.Files;

/// <content>Runs of whole lines, which several threads can work through at the same time.</content>
internal sealed partial class LineReader
{
    /// <summary>Reads lines that lie in memory, as they would be read from their file.</summary>
    /// <param name="path">The file, for messages.</param>
    /// <param name="block">Lines of the file, unchanged while they are read.</param>
    public LineReader(string path, LineBlock block)
    {
        _path = path;
        (_buffer, _next, _end, _atEnd) = (block.Bytes, block.Start, block.Start + block.Length, true);
        LineNumber = block.FirstLine - 1;
    }

    /// <summary>What was read of the file and not yet handed out: from the beginning of the next line on.</summary>
    public ReadOnlySpan<byte> Rest => _buffer.AsSpan(_next, _end - _next);

    /// <summary>Passes the next line, which is known to be a good one and to have no carriage return at its end.</summary>
    /// <param name="length">Its length without its end.</param>
    /// <returns>False if it is too long.</returns>
    public bool TryPass(int length)
    {
        if (length > _maxLine) return false;
        _next += Math.Min(length + 1, _end - _next);
        LineNumber++;
        return true;
    }

    /// <summary>Takes the next lines out of the file as they are, unchecked, many at a time.</summary>
    /// <param name="block">Receives them; what it held before is given up.</param>
    /// <returns>False at the end of the file.</returns>
    /// <exception cref="AgentSimException">The file cannot be read on, or a line is too long.</exception>
    public bool ReadBlock(LineBlock block)
    {
        int length, known = 0;   // bytes that hold no line end
        // As line by line: nothing more is read as long as there is a whole line, so that what fails comes behind it.
        while (true)
        {
            length = known + _buffer.AsSpan(_next + known, _end - _next - known).LastIndexOf((byte)'\n') + 1;
            if (length > known) break;
            known = _end - _next;
            if (known > _maxLine) throw TooLong();
            if (Fill() > 0) continue;
            if (known == 0) return false;
            if (_torn is not null && (_isTorn || !IsJson(_buffer.AsSpan(_next, known)))) return LeaveOut(known);
            length = known;
            break;
        }

        HandOver(block, length);
        return true;
    }

    // The buffer changes hands, so that nothing but the beginning of the line behind is copied.
    private void HandOver(LineBlock block, int length)
    {
        byte[] other = block.Bytes;
        int rest = _end - _next - length;
        if (other.Length < Math.Max(rest, _buffer.Length))
        {
            if (other.Length > 0) ArrayPool<byte>.Shared.Return(other);
            other = ArrayPool<byte>.Shared.Rent(_buffer.Length);
        }

        _buffer.AsSpan(_next + length, rest).CopyTo(other);
        (block.Bytes, block.Start, block.Length, block.FirstLine) = (_buffer, _next, length, LineNumber + 1);
        (_buffer, _next, _end) = (other, 0, rest);
        LineNumber += block.Lines.Count((byte)'\n');
    }
}

/// <summary>Some whole lines of a file. Its buffer is its own, and is used again.</summary>
internal sealed class LineBlock
{
    /// <summary>The buffer that the lines lie in.</summary>
    public byte[] Bytes { get; set; } = [];

    /// <summary>Where they begin.</summary>
    public int Start { get; set; }

    /// <summary>Their bytes.</summary>
    public int Length { get; set; }

    /// <summary>Number of the first line.</summary>
    public long FirstLine { get; set; }

    /// <summary>The lines.</summary>
    public ReadOnlySpan<byte> Lines => Bytes.AsSpan(Start, Length);
}
