namespace AgentSim.Files;

/// <summary>A file being read that counts the bytes taken from it; the count may be read from another thread.</summary>
/// <param name="file">The file, from where it stands.</param>
/// <param name="most">Bytes to read of it; null: all.</param>
internal sealed class CountedStream(FileStream file, long? most = null) : IDisposable
{
    private long _count;

    public long Count => Volatile.Read(ref _count);

    public int Read(Span<byte> buffer)
    {
        if (most is { } end && end - _count < buffer.Length) buffer = buffer[..(int)(end - _count)];
        int count = file.Read(buffer);
        Volatile.Write(ref _count, _count + count);
        return count;
    }

    public void Dispose() => file.Dispose();
}

/// <summary>Adds up the bytes read from several files and passes the sum on.</summary>
internal sealed class ByteProgress(IProgress<long>? progress)
{
    private long _total;

    public void Add(int count) => progress?.Report(_total += count);
}
