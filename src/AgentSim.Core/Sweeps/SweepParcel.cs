using System.IO.Compression;
using System.Text.Json;
using AgentSim.Engines;
using AgentSim.Files;
using AgentSim.Imports;
using AgentSim.Routing;
using AgentSim.Rows;
using AgentSim.Simulation;
using AgentSim.Traces;
using AgentSim.Workload;

namespace AgentSim.Sweeps;

/// <summary>
/// All that another machine needs to run points of a sweep, in one compressed file: the workload, and the files that settings name.
/// The points themselves are sent when they are to be run.
/// </summary>
public static class SweepParcel
{
    internal const string JobName = "job.json";
    private const string RowsName = "rows.jsonl";

    /// <summary>Packs a sweep.</summary>
    /// <param name="stream">Receives the parcel; it stays open.</param>
    /// <param name="input">What the workload of the points was made of.</param>
    /// <param name="points">Points, at least one; those that machines run name no other files.</param>
    /// <param name="cancellation">Stops the work.</param>
    /// <exception cref="AgentSimException">A file cannot be read any more.</exception>
    public static void Write(Stream stream, SweepInput input, IReadOnlyList<SweepPoint> points, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(input);
        ArgumentNullException.ThrowIfNull(points);
        using var zip = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true);
        AddTables(zip, points);
        foreach (RouterConfig router in points.Select(point => point.Settings.Router).DistinctBy(router => router.PolicyDigest))
        {
            if (router.PolicyDigest is { } policy)
                Add(zip, PolicyName(policy), target => Copy(router.Settings.RouterPolicyConfig!, target, cancellation));
        }

        ReplayWorkload workload = points[0].Workload;
        var job = new SweepJob
        {
            Version = Replay.Version,
            Workload = WorkloadDigest.Of(workload),
            Paths = Pack(zip, input, cancellation),
            Synthetic = input.Synthetic,
            Format = input.Records.Count > 0 ? TraceFormat.Dynamo : input.Rows.Count > 0 ? workload.Format!.Value : input.Options.Format,
            TraceBlockSize = input.Rows.Count > 0 ? workload.TraceBlockSize : input.Options.TraceBlockSize,
            SharedPrefixRatio = input.Options.SharedPrefixRatio,
            PrefixGroups = input.Options.PrefixGroups,
            Model = input.Options.Model,
            AllowCut = input.Options.AllowCut,
            AllowTorn = input.Options.AllowTorn,
            DropSessionless = input.Options.DropSessionless,
            MissingDependency = input.Options.MissingDependency,
            Calibration = points[0].Settings.Calibration,
        };
        Add(zip, JobName, target => JsonSerializer.Serialize(target, job, SweepJobJson.Default.SweepJob));
    }

    internal static string TablesName(string digest) => $"tables-{digest}.npz";

    internal static string PolicyName(string digest) => $"policy-{digest}.yaml";

    private static void AddTables(ZipArchive zip, IReadOnlyList<SweepPoint> points)
    {
        IEnumerable<EngineConfig> engines = points.SelectMany(point =>
            point.Settings.Pools is { } pools ? (EngineConfig[])[pools.Prefill, pools.Decode] : [point.Settings.Engine]);
        foreach (ProfileTables tables in engines.Select(engine => engine.Timing).OfType<ProfileModel>().Select(timing => timing.Tables)
            .DistinctBy(tables => tables.Digest))
        {
            Add(zip, TablesName(tables.Digest), tables.Write);
        }
    }

    // The names of what is to be read, in the parcel.
    private static List<string> Pack(ZipArchive zip, SweepInput input, CancellationToken cancellation)
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
                common = Path.GetDirectoryName(common)
                    ?? throw Errors.InputUnreadable.At(folder, 0, "lies on another drive than other inputs");
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
