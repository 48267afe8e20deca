using System.IO.Compression;
using System.Text;
using System.Text.Json;
using AgentSim.Engines;
using AgentSim.Files;
using AgentSim.Routing;
using AgentSim.Simulation;
using AgentSim.Workload;

namespace AgentSim.Sweeps;

/// <summary>
/// Runs points of a sweep for another process, which asks it again and again what has ended and says which points to start. It works on
/// threads of its own, so that every call returns soon; errors are answers, too.
/// </summary>
public sealed class SweepWorker : IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly Task<Loaded> _loading;
    private readonly int _parallel;
    private readonly HashSet<int> _open = [];   // points that were started and not yet handed over
    private int _handedOver;

    private SweepWorker(string parcel, int parallel)
    {
        _parallel = parallel > 0 ? parallel : Environment.ProcessorCount;
        _loading = Task.Factory.StartNew(
            () => Load(parcel), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    /// <summary>Starts one.</summary>
    /// <param name="parcel">
    /// What <see cref="SweepParcel"/> has packed, alone in a folder, which is removed as soon as all of it is in memory.
    /// </param>
    /// <param name="parallel">How many points to run at the same time; 0: as many as there are processors.</param>
    public static SweepWorker Open(string parcel, int parallel) => new(parcel, parallel);

    /// <summary>Starts points and says what has ended.</summary>
    /// <param name="request">What <see cref="Sweep"/> asks, as JSON.</param>
    /// <returns>The answer, as JSON.</returns>
    public string Answer(string request)
    {
        ArgumentNullException.ThrowIfNull(request);
        return JsonSerializer.Serialize(
            Answer(JsonSerializer.Deserialize(request, SweepJobJson.Default.SweepRequest)!), SweepJobJson.Default.SweepAnswer);
    }

    /// <summary>Stops the points that are open.</summary>
    public void Dispose()
    {
        _stop.Cancel();
        try
        {
            _loading.GetAwaiter().GetResult().Threads.Dispose();
        }
        catch (Exception error) when (error is AgentSimException or OperationCanceledException)
        {
            // It never got so far.
        }

        _stop.Dispose();
    }

    private SweepAnswer Answer(SweepRequest request)
    {
        try
        {
            if (!_loading.Wait(request.WaitMs)) return new SweepAnswer();
            Loaded loaded = _loading.Result;
            foreach (SweepStart start in request.Start) Start(loaded, start);
            List<SweepEnd> ended = [];
            int wait = request.WaitMs;
            while (_open.Count > 0 && loaded.Threads.TryTake(wait, out int number, out SweepOutcome? outcome))
            {
                ended.Add(new SweepEnd(number, Encoding.UTF8.GetString(CheckpointLines.Line("", outcome)).TrimEnd()));
                _open.Remove(number);
                (_handedOver, wait) = (_handedOver + 1, 0);
            }

            return new SweepAnswer { Parallel = _parallel, Ended = ended, Running = Math.Max(0.0, loaded.Threads.Finished - _handedOver) };
        }
        catch (AggregateException error) when (error.InnerException is AgentSimException fault)
        {
            return new SweepAnswer { Problem = new SweepProblem(fault.ErrorId, fault.Template) };
        }
        catch (AgentSimException fault)
        {
            return new SweepAnswer { Problem = new SweepProblem(fault.ErrorId, fault.Template) };
        }
    }

    // Everything has to be what it is where the sweep was started; anything else would be found in the numbers at best.
    private void Start(Loaded loaded, SweepStart start)
    {
        ReplaySettings settings = start.Point.Settings(loaded.Folder, loaded.Files);
        SweepPoint point = loaded.Workloads.Point(settings with { Calibration = loaded.Job.Calibration });
        if (JobPoint.DigestOf(point.Settings) != start.Point.Digest) throw ReadsOtherwise("settings");
        _open.Add(start.Number);
        loaded.Threads.Add(start.Number, point);
    }

    private Loaded Load(string parcel)
    {
        string folder = Path.GetDirectoryName(Path.GetFullPath(parcel))!;
        try
        {
            ZipFile.ExtractToDirectory(parcel, folder);
            SweepJob job;
            using (FileStream file = File.OpenRead(Path.Combine(folder, SweepParcel.JobName)))
                job = JsonSerializer.Deserialize(file, SweepJobJson.Default.SweepJob)!;
            if (job.Version != Replay.Version)
                throw Errors.SweepMachineDiffers.Error(
                    $"AgentSim is of version {Replay.Version} there, and {Quote.Of(job.Version)} here; install the same on both");
            var loaded = new Loaded(job, folder, Workloads(job, folder), FilesIn(folder), new SweepThreads(_parallel, _stop.Token));
            if (WorkloadDigest.Of(loaded.Workloads.Point(new ReplaySettings()).Workload) != job.Workload) throw ReadsOtherwise("rows");
            return loaded;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            throw Errors.SweepMachineDiffers.Error($"the rows cannot be read there: {error.Message}", error);
        }
        finally
        {
            Remove(folder);
        }
    }

    private SweepWorkloads Workloads(SweepJob job, string folder)
    {
        var options = new WorkloadOptions
        {
            Format = job.Format,
            TraceBlockSize = job.TraceBlockSize,
            SharedPrefixRatio = job.SharedPrefixRatio,
            PrefixGroups = job.PrefixGroups,
            Model = job.Model,
            AllowCut = job.AllowCut,
            AllowTorn = job.AllowTorn,
            DropSessionless = job.DropSessionless,
            MissingDependency = job.MissingDependency,
        };
        string[] paths = [.. job.Paths.Select(path => Path.Combine(folder, path))];
        return new SweepWorkloads(job.Synthetic is not null, blockSize => job.Synthetic is { } synthetic
            ? SyntheticLoad.Create(synthetic, blockSize, _stop.Token)
            : WorkloadLoader.Load(paths, options, null, _stop.Token));
    }

    // What settings may name, read before the folder goes.
    private static LoadedFiles FilesIn(string folder)
    {
        var files = new LoadedFiles();
        foreach (string path in Directory.GetFiles(folder, SweepParcel.TablesName("*"))) files.Get(path, ProfileTables.Load);
        foreach (string path in Directory.GetFiles(folder, SweepParcel.PolicyName("*"))) files.Get(path, RouterPolicyReader.Read);
        return files;
    }

    private static AgentSimException ReadsOtherwise(string what) => Errors.SweepMachineDiffers.Error(
        $"{what} that were sent read otherwise there; install the same build of AgentSim on both");

    private static void Remove(string folder)
    {
        try
        {
            Directory.Delete(folder, recursive: true);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // Whoever made the folder removes it in the end.
        }
    }

    private sealed record Loaded(SweepJob Job, string Folder, SweepWorkloads Workloads, LoadedFiles Files, SweepThreads Threads);
}
