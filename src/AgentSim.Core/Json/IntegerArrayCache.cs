namespace AgentSim.Json;

/// <summary>
/// The longest integer array found while a line was checked, so that its decoding afterwards need not read it again.
/// </summary>
internal sealed class IntegerArrayCache
{
    private ulong[] _scratch = [];
    private ulong[] _values = [];
    private int _count;
    private int _start = -1;
    private int _length;

    /// <summary>Starts a new line.</summary>
    public void Clear() => (_start, _count) = (-1, 0);

    /// <summary>Reads the array whose text begins at an offset of the line, behind its bracket.</summary>
    /// <returns>False if it holds anything but plain integers.</returns>
    public bool TryRead(ReadOnlySpan<byte> line, int start, out int length)
    {
        if (!IntegerArray.TryParse(line[start..], ref _scratch, out int count, out length)) return false;
        if (_start >= 0 && count <= _count) return true;
        (_values, _scratch) = (_scratch, _values);
        (_start, _count, _length) = (start, count, length);
        return true;
    }

    /// <summary>Hands over the array that begins at an offset of the line, in exchange for another buffer; false if it is not the one kept.</summary>
    public bool TryTake(int start, ref ulong[] values, out int count, out int length)
    {
        (count, length) = (_count, _length);
        if (start != _start) return false;
        (values, _values) = (_values, values);
        Clear();
        return true;
    }
}
