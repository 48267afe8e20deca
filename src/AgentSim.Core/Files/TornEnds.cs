namespace AgentSim.Files;

/// <summary>A file whose end is missing.</summary>
/// <param name="Path">The file.</param>
/// <param name="Lines">Lines that were read: all that are whole.</param>
/// <param name="LostBytes">Bytes of the line that is not whole, unpacked.</param>
public sealed record TornEnd(string Path, long Lines, long LostBytes);

/// <summary>
/// Asks for the whole lines of files whose end is missing, because what wrote them was killed or the disk was full, and collects what
/// is lost by that. Thread-safe.
/// </summary>
public sealed class TornEnds
{
    /// <summary>Refuses such files, with an error that names the setting that reads them: for who could have asked for them.</summary>
    public static readonly TornEnds Refused = new();

    private readonly List<TornEnd> _ends = [];

    /// <summary>The files so far.</summary>
    public IReadOnlyList<TornEnd> Found
    {
        get
        {
            lock (_ends) return [.. _ends];
        }
    }

    /// <summary>What to say of them, one for each file.</summary>
    public IEnumerable<RunWarning> Warnings() => Found.Select(end => new RunWarning(WarningCodes.InputTorn,
        $"{Quote.Path(end.Path)} is torn at its end: its {end.Lines} whole lines were read, what came behind them is missing " +
            $"({end.LostBytes} bytes of it are there)"));

    /// <summary>A new collection if such files are read, else what refuses them.</summary>
    public static TornEnds Of(bool areRead) => areRead ? new TornEnds() : Refused;

    internal void Add(string path, long lines, long lostBytes)
    {
        lock (_ends)
        {
            // Some files are looked at twice.
            if (!_ends.Any(end => end.Path == path)) _ends.Add(new TornEnd(path, lines, lostBytes));
        }
    }
}
