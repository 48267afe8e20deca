namespace AgentSim.Files;

/// <summary>A file being read that counts the bytes taken from it; the count may be read from another thread.</summary>
internal sealed class CountedStream(FileStream file) : IDisposable
{
    private long _count;

    public long Count => Volatile.Read(ref _count);

    public int Read(Span<byte> buffer)
    {
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
