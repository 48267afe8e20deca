using System.Globalization;
using AgentSim.Files;
using AgentSim.Metrics;

namespace AgentSim.Sweeps;

/// <summary>
/// Checkpoints of one grid put together: those of shares, or of sweeps of the whole. The rows are those of one machine that had swept
/// the whole grid, but for what the clock on the wall says.
/// </summary>
public sealed class SweepMerge
{
    private const int MostNamed = 10;

    private SweepMerge(IReadOnlyList<SweepRow> rows, AgentSimException? missing) => (Rows, Missing) = (rows, missing);

    /// <summary>The rows, by their number in the grid.</summary>
    public IReadOnlyList<SweepRow> Rows { get; }

    /// <summary><c>CheckpointIncomplete</c>, which names the combinations that are in no file; null where all are there.</summary>
    public AgentSimException? Missing { get; }

    /// <summary>Reads checkpoints, which stay as they are.</summary>
    /// <param name="paths">The files, at least one, in any order. A combination may be in several with the same numbers.</param>
    /// <exception cref="AgentSimException">
    /// A file cannot be read or is no checkpoint (<c>CheckpointInvalid</c>), is of another grid, workload, version or settings than the
    /// first (<c>CheckpointMismatch</c>), or has other numbers for the same combination (<c>CheckpointDiffers</c>).
    /// </exception>
    public static SweepMerge Read(IReadOnlyList<string> paths)
    {
        ArgumentNullException.ThrowIfNull(paths);
        RequireAny(paths);
        (CheckpointHeader header, CheckpointContent first) = Content(paths[0]);
        string grid = SweepDigests.Grid(first.Grid);
        var known = new KnownOutcomes();
        known.Add(first, first.Grid, paths[0]);
        foreach (string path in paths.Skip(1))
        {
            (CheckpointHeader other, CheckpointContent content) = Content(path);
            string? difference = header.Difference(other) ?? (SweepDigests.Grid(content.Grid) != grid ? "another grid" : null);
            if (difference is not null)
                throw Errors.CheckpointMismatch.At(path, 1,
                    $"is of {difference} than {Quote.Path(paths[0])}; merge the shares of one sweep only");
            known.Add(content, first.Grid, path);
        }

        List<SweepRow> rows = [];
        for (int index = 0; index < first.Grid.Count; index++)
        {
            SweptPoint point = first.Grid[index];
            if (known.Find(point.Point) is { } outcome) rows.Add(new SweepRow(index, point, outcome, isResumed: false));
        }

        return new SweepMerge(rows, MissingOf(first.Grid, known, paths.Count));
    }

    /// <summary>The outcomes of checkpoints of one workload, whatever their grids.</summary>
    internal static CheckpointContent Outcomes(IReadOnlyList<string> paths, CheckpointHeader wanted)
    {
        RequireAny(paths);
        var known = new KnownOutcomes();
        foreach (string path in paths)
        {
            (CheckpointHeader header, CheckpointContent content) = Content(path);
            if (wanted.Difference(header) is { } difference)
                throw Errors.CheckpointMismatch.At(path, 1, $"this checkpoint is of {difference}; name those of the shares");
            known.Add(content, content.Grid, path);
        }

        return known.ToContent();
    }

    /// <summary>The error that names the points of a grid without an outcome; null where all have one.</summary>
    internal static AgentSimException? MissingOf(IReadOnlyList<SweptPoint> grid, CheckpointContent content, int files)
    {
        var known = new KnownOutcomes();
        known.Add(content, grid, "");
        return MissingOf(grid, known, files);
    }

    private static void RequireAny(IReadOnlyList<string> paths)
    {
        if (paths.Count == 0) throw Errors.InputMissing.Error("there is no checkpoint to merge; name those of the shares");
    }

    private static AgentSimException? MissingOf(IReadOnlyList<SweptPoint> grid, KnownOutcomes known, int files)
    {
        string[] missing = [.. Enumerable.Range(0, grid.Count).Where(index => known.Find(grid[index].Point) is null)
            .Select(index => $"{Text(index)} ({new SweepRow(index, grid[index], new SweepOutcome([]), isResumed: false)})")];
        return missing.Length == 0 ? null : Incomplete(missing, grid.Count, files);
    }

    private static AgentSimException Incomplete(string[] missing, int total, int files)
    {
        string named = string.Join(", ", missing.Take(MostNamed));
        if (missing.Length > MostNamed) named += $" and {Text(missing.Length - MostNamed)} more";
        string where = files == 1 ? "not in the checkpoint" : $"in none of the {Text(files)} checkpoints";
        return Errors.CheckpointIncomplete.Error(
            $"{Text(missing.Length)} of {Text(total)} combinations {(missing.Length == 1 ? "is" : "are")} {where}: {named}; run the shares "
                + "they belong to again with their checkpoints, which run what is left");
    }

    private static (CheckpointHeader Header, CheckpointContent Content) Content(string path)
    {
        FileStream file;
        try
        {
            // Not while a sweep is writing it: its rows would be those of a moment.
            file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
        }
        catch (IOException error) when (error is not (FileNotFoundException or DirectoryNotFoundException) && File.Exists(path))
        {
            throw Errors.InputUnreadable.At(path, 0, $"cannot be read, as while a sweep writes it: {error.Message}", error);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw InputFiles.Unreadable(path, error);
        }

        using (file)
        {
            CheckpointHeader? header = CheckpointLines.Header(file, path);
            CheckpointContent? content = header is null ? null : CheckpointLines.Read(file, path);
            if (header is null || content!.Grid.Count == 0)
                throw Errors.CheckpointInvalid.At(path, 1, "this checkpoint was cut off before its grid; run its share again");
            return (header, content);
        }
    }

    // But for the clock on the wall, bit by bit.
    private static string? Difference(SweepOutcome one, SweepOutcome other)
    {
        if (one.ErrorId != other.ErrorId) return $"error {one.ErrorId ?? "none"} and {other.ErrorId ?? "none"}";
        if (one.CutOffRequests != other.CutOffRequests)
            return $"cut_off_requests {Text(one.CutOffRequests)} and {Text(other.CutOffRequests)}";
        Dictionary<string, double> values = one.Metrics.ToDictionary(metric => metric.Name, metric => metric.Value);
        foreach (Metric metric in other.Metrics.Where(metric => !MetricNames.IsOfClock(metric.Name)))
        {
            if (!values.TryGetValue(metric.Name, out double value)) return $"{metric.Name} is in one of them only";
            if (!value.Equals(metric.Value)) return $"{metric.Name} {Text(value)} and {Text(metric.Value)}";
        }

        return one.Metrics.Count != other.Metrics.Count ? "the number of metrics" : null;
    }

    private static string Text(IFormattable value) => value.ToString(null, CultureInfo.InvariantCulture);

    /// <summary>Outcomes by points, and the first file that has each.</summary>
    private sealed class KnownOutcomes
    {
        private readonly Dictionary<string, (SweepOutcome Outcome, string Path)> _known = new(StringComparer.Ordinal);

        public SweepOutcome? Find(string point) =>
            _known.TryGetValue(point, out (SweepOutcome Outcome, string) found) ? found.Outcome : null;

        // A grid may have had other points before, which are of no interest.
        public void Add(CheckpointContent content, IReadOnlyList<SweptPoint> grid, string path)
        {
            for (int index = 0; index < grid.Count; index++)
            {
                string point = grid[index].Point;
                if (!content.Outcomes.TryGetValue(point, out SweepOutcome? outcome) || _known.TryAdd(point, (outcome, path))) continue;
                if (Difference(_known[point].Outcome, outcome) is not { } difference) continue;
                throw Errors.CheckpointDiffers.At(path, 0,
                    $"combination {Text(index)} has other numbers than in {Quote.Path(_known[point].Path)} ({difference}), though a replay "
                        + "is the same everywhere; find out which machine is at fault, and leave its checkpoint out");
            }
        }

        public CheckpointContent ToContent()
        {
            var content = new CheckpointContent();
            foreach ((string point, (SweepOutcome outcome, _)) in _known) content.Outcomes.Add(point, outcome);
            return content;
        }
    }
}
