namespace AgentSim.Files;

/// <summary>Adds up the bytes read from several files and passes the sum on.</summary>
internal sealed class ByteProgress(IProgress<long>? progress)
{
    private long _total;

    public void Add(int count) => progress?.Report(_total += count);
}
