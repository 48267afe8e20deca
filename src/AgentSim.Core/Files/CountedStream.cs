namespace AgentSim.Files;

/// <summary>A file being read that tells how many bytes were taken from it.</summary>
internal sealed class CountedStream(FileStream file, Action<int>? onBytes) : IDisposable
{
    public int Read(Span<byte> buffer)
    {
        int count = file.Read(buffer);
        if (count > 0) onBytes?.Invoke(count);
        return count;
    }

    public void Dispose() => file.Dispose();
}
