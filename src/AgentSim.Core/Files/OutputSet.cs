namespace AgentSim.Files;

/// <summary>
/// Files that one call writes: all of them take their places together, or none does and what was there stays. Devices are written in place.
/// </summary>
/// <example><code>
/// using var files = new OutputSet();
/// files.Write("report.json", WriteReport);
/// files.Write("report.html", WritePage);
/// files.Commit();
/// </code></example>
public sealed class OutputSet : IDisposable
{
    private readonly List<AtomicFile> _files = [];

    /// <summary>Writes a whole file, aside; failures to write become messages that name it.</summary>
    /// <param name="path">The target.</param>
    /// <param name="write">Writes the content.</param>
    /// <exception cref="AgentSimException">The file cannot be written.</exception>
    public void Write(string path, Action<Stream> write)
    {
        ArgumentNullException.ThrowIfNull(write);
        AtomicFile file = AtomicFile.Create(path);
        _files.Add(file);
        try
        {
            write(file.Stream);
            file.Stream.Flush();   // what does not fit shows here, at its file
        }
        catch (Exception error) when (WriteFailure.Is(error))
        {
            throw WriteFailure.At(path, error);
        }
    }

    /// <summary>Puts all files in the places of their targets.</summary>
    /// <exception cref="AgentSimException">One cannot be; none was replaced then.</exception>
    public void Commit() => AtomicFile.CommitAll(_files);

    /// <summary>Removes what was not committed.</summary>
    public void Dispose()
    {
        foreach (AtomicFile file in _files) file.Dispose();
    }
}
