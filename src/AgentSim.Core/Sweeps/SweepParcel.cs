using System.IO.Compression;
using System.Text.Json;
using AgentSim.Files;
using AgentSim.Imports;
using AgentSim.Rows;
using AgentSim.Traces;
using AgentSim.Workload;

namespace AgentSim.Sweeps;

/// <summary>
/// All that another machine needs to run points of a sweep, in one compressed file: the workload, the settings of the points, and the
/// files that these name.
/// </summary>
public static class SweepParcel
{
    internal const string JobName = "job.json";
    private const string RowsName = "rows.jsonl";

    /// <summary>Packs a sweep.</summary>
    /// <param name="stream">Receives the parcel; it stays open.</param>
    /// <param name="input">What the workload of the points was made of.</param>
    /// <param name="points">The points of the whole grid.</param>
    /// <param name="cancellation">Stops the work.</param>
    /// <exception cref="AgentSimException">A file cannot be read any more.</exception>
    public static void Write(Stream stream, SweepInput input, IReadOnlyList<SweepPoint> points, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(input);
        ArgumentNullException.ThrowIfNull(points);
        using var zip = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true);
        Dictionary<string, string> tables = [], policies = [];
        JobPoint?[] settings = [.. points.Select(point => SweepChecks.Fault(point) is not null ? null : JobPoint.Of(
            point.Settings,
            profile => Once(tables, profile.Digest, ".npz", profile.Write),
            path => Once(policies, path, ".yaml", target => Copy(path, target, cancellation))))];
        var job = new SweepJob
        {
            Header = CheckpointHeader.Of(points[0].Workload, points[0].Settings),
            Paths = [.. Pack(zip, input, cancellation)],
            Synthetic = input.Synthetic,
            Format = input.Records.Count > 0 ? TraceFormat.Dynamo : input.Rows.Count > 0 ? points[0].Workload.Format!.Value
                : input.Options.Format,
            TraceBlockSize = input.Rows.Count > 0 ? points[0].Workload.TraceBlockSize : input.Options.TraceBlockSize,
            SharedPrefixRatio = input.Options.SharedPrefixRatio,
            PrefixGroups = input.Options.PrefixGroups,
            Model = input.Options.Model,
            AllowCut = input.Options.AllowCut,
            DropSessionless = input.Options.DropSessionless,
            Calibration = points[0].Settings.Calibration,
            Points = settings,
        };
        Add(zip, JobName, target => JsonSerializer.Serialize(target, job, SweepJobJson.Default.SweepJob));

        string Once(Dictionary<string, string> known, string key, string end, Action<Stream> write)
        {
            if (known.TryGetValue(key, out string? name)) return name;
            name = $"{known.Count}{end}";
            Add(zip, name, write);
            return known[key] = name;
        }
    }

    // The names of what is to be read, in the parcel.
    private static IEnumerable<string> Pack(ZipArchive zip, SweepInput input, CancellationToken cancellation)
    {
        if (input.Synthetic is not null) return [];
        if (input.Rows.Count > 0)
        {
            Add(zip, RowsName, target =>
            {
                var rows = new MooncakeFileWriter(target);
                foreach (MooncakeRow row in input.Rows)
                {
                    cancellation.ThrowIfCancellationRequested();
                    rows.Add(row);
                }

                rows.Finish(cancellation);
            });
            return [RowsName];
        }

        if (input.Records.Count > 0)
        {
            Add(zip, RowsName, target =>
            {
                var records = new TraceRecordWriter(target);
                foreach (TraceRecord record in input.Records)
                {
                    cancellation.ThrowIfCancellationRequested();
                    records.Write(record);
                    target.WriteByte((byte)'\n');
                }
            });
            return [RowsName];
        }

        return input.Options.Format.RecordingName() is { } recording
            ? PackRecordings(zip, input, recording, cancellation)
            : PackFiles(zip, InputFiles.Expand(input.Paths), cancellation);
    }

    // Files of the same name may lie in several folders.
    private static List<string> PackFiles(ZipArchive zip, IReadOnlyList<string> files, CancellationToken cancellation)
    {
        List<string> names = [];
        foreach (string file in files)
        {
            string name = $"input/{names.Count}/{Path.GetFileName(file)}";
            Add(zip, name, target => Copy(file, target, cancellation));
            names.Add(name);
        }

        return names;
    }

    // Which session a recording is of can be said by the names of its folders.
    private static List<string> PackRecordings(ZipArchive zip, SweepInput input, string recording, CancellationToken cancellation)
    {
        string[] given = [.. input.Paths.Select(Path.GetFullPath)];
        string[] files = [.. LogImport.Files(input.Paths, input.Options.Import with { Format = recording }).Select(Path.GetFullPath)];
        string root = given.Concat(files).Select(path => Path.GetDirectoryName(path) ?? path).Aggregate((common, folder) =>
        {
            while (Path.GetRelativePath(common, folder).StartsWith("..", StringComparison.Ordinal))
                common = Path.GetDirectoryName(common) ?? throw Errors.InputUnreadable.At(folder, 0, "lies on another drive than other inputs");
            return common;
        });
        foreach (string file in files) Add(zip, Name(file), target => Copy(file, target, cancellation));
        return [.. given.Select(Name)];

        string Name(string path) => "input/" + Path.GetRelativePath(root, path).Replace('\\', '/');
    }

    private static void Add(ZipArchive zip, string name, Action<Stream> write)
    {
        bool isPacked = name.EndsWith(".gz", StringComparison.OrdinalIgnoreCase) || name.EndsWith(".npz", StringComparison.Ordinal);
        using Stream target = zip.CreateEntry(name, isPacked ? CompressionLevel.NoCompression : CompressionLevel.Fastest).Open();
        write(target);
    }

    private static void Copy(string file, Stream target, CancellationToken cancellation)
    {
        using FileStream source = InputFiles.Open(file);
        byte[] piece = new byte[1 << 16];
        for (int count; (count = source.Read(piece)) > 0;)
        {
            cancellation.ThrowIfCancellationRequested();
            target.Write(piece, 0, count);
        }
    }
}
