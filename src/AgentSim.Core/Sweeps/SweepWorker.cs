using System.IO.Compression;
using System.Text;
using System.Text.Json;
using AgentSim.Files;
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
    private readonly Task<(SweepThreads Threads, SweepJob Job)> _loading;
    private readonly int _parallel;
    private int _open;       // points that were started and not yet handed over
    private int _handedOver;

    private SweepWorker(string parcel, int parallel)
    {
        _parallel = parallel > 0 ? parallel : Environment.ProcessorCount;
        _loading = Task.Factory.StartNew(() => Load(parcel), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    /// <summary>Starts one.</summary>
    /// <param name="parcel">
    /// What <see cref="SweepParcel"/> has packed, alone in a folder, which is removed as soon as the workload is in memory.
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
            (SweepThreads threads, SweepJob job) = _loading.Result;
            foreach (int index in request.Start) threads.Add(index);
            _open += request.Start.Count;
            List<SweepEnd> ended = [];
            int wait = request.WaitMs;
            while (_open > 0 && threads.TryTake(wait, out int index, out SweepOutcome? outcome))
            {
                ended.Add(new SweepEnd(index, Encoding.UTF8.GetString(CheckpointLines.Line(job.Points[index]!.Point, outcome)).TrimEnd()));
                (_open, _handedOver, wait) = (_open - 1, _handedOver + 1, 0);
            }

            return new SweepAnswer { Parallel = _parallel, Ended = ended, Running = Math.Max(0.0, threads.Finished - _handedOver) };
        }
        catch (AggregateException error) when (error.InnerException is AgentSimException fault)
        {
            return new SweepAnswer { Problem = new SweepProblem(fault.ErrorId, fault.Template) };
        }
    }

    private (SweepThreads Threads, SweepJob Job) Load(string parcel)
    {
        string folder = Path.GetDirectoryName(Path.GetFullPath(parcel))!;
        try
        {
            ZipFile.ExtractToDirectory(parcel, folder);
            using FileStream file = File.OpenRead(Path.Combine(folder, SweepParcel.JobName));
            SweepJob job = JsonSerializer.Deserialize(file, SweepJobJson.Default.SweepJob)!;
            if (job.Header.Version != Replay.Version)
                throw Errors.SweepMachineDiffers.Error(
                    $"AgentSim is of version {Replay.Version} there, and {Quote.Of(job.Header.Version)} here; install the same on both");
            return (new SweepThreads(Points(job, folder), _parallel, _stop.Token), job);
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

    // Everything has to be what it is where the sweep was started; anything else would be found in the numbers at best.
    private SweepPoint[] Points(SweepJob job, string folder)
    {
        var files = new LoadedFiles();
        var options = new WorkloadOptions
        {
            Format = job.Format,
            TraceBlockSize = job.TraceBlockSize,
            SharedPrefixRatio = job.SharedPrefixRatio,
            PrefixGroups = job.PrefixGroups,
            Model = job.Model,
            AllowCut = job.AllowCut,
            DropSessionless = job.DropSessionless,
        };
        string[] paths = [.. job.Paths.Select(path => Path.Combine(folder, path))];
        var workloads = new SweepWorkloads(job.Synthetic is not null, blockSize => job.Synthetic is { } synthetic
            ? SyntheticLoad.Create(synthetic, blockSize, _stop.Token)
            : WorkloadLoader.Load(paths, options, null, _stop.Token));
        var points = new SweepPoint[job.Points.Count];   // those that cannot be replayed are never asked for
        bool isChecked = false;
        for (int index = 0; index < points.Length; index++)
        {
            if (job.Points[index] is not { } point) continue;
            points[index] = workloads.Point(point.Settings(folder, files) with { Calibration = job.Calibration });
            bool isSame = SweepDigests.Point(points[index].Settings) == point.Point
                && (isChecked || job.Header.Difference(CheckpointHeader.Of(points[index].Workload, points[index].Settings)) is null);
            if (!isSame)
                throw Errors.SweepMachineDiffers.Error(
                    $"what was sent reads otherwise there (combination {index}); install the same build of AgentSim on both");
            isChecked = true;
        }

        return points;
    }

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
}
