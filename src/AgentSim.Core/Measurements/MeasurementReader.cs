using AgentSim.Files;

namespace AgentSim.Measurements;

/// <summary>Reads measurements, whatever tool made them.</summary>
public static class MeasurementReader
{
    /// <summary>The formats, for messages.</summary>
    public static IReadOnlyList<string> Formats { get; } =
    [
        CapturedTrace.Name, VllmBenchRun.Name, AiperfRun.Name, InferencePerfStage.Name, InferenceSimExperiment.Name, LlmServingSimRun.Name,
        PlannerFolder.Name, ForwardPassTrace.Name, LiveLog.Name,
    ];

    /// <summary>The runs of files.</summary>
    /// <param name="paths">
    /// Files, wildcards or folders of measurements. <c>FILE#N</c> is stage N of a file with several. The files of a request trace are one
    /// run.
    /// </param>
    /// <param name="cancellation">Stops the reading.</param>
    /// <exception cref="AgentSimException">A file cannot be read, or holds no measurement.</exception>
    public static IReadOnlyList<Measurement> Read(IEnumerable<string> paths, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(paths);
        List<Measurement> runs = [];
        List<string> traces = [];
        foreach (string path in paths)
        {
            if (Directory.Exists(path) && PlannerFolder.Is(path))
            {
                runs.Add(MeasurementBounds.Checked(PlannerFolder.Read(path, cancellation), path));
                continue;
            }

            string file = path;
            int? stage = null;
            if (!File.Exists(path) && path.LastIndexOf('#') is > 0 and int at && int.TryParse(path.AsSpan(at + 1), out int number))
                (file, stage) = (path[..at], number);
            foreach (string each in InputFiles.Expand([file]))
            {
                if (CapturedTrace.Is(MeasurementFile.Head(each)))
                {
                    traces.Add(each);
                    continue;
                }

                Measurement[] found = [.. ReadFile(each, cancellation).Select(run => MeasurementBounds.Checked(run, each))];
                if (stage is { } wanted)
                {
                    found = [.. found.Where(run => (run.Stage ?? 0) == wanted)];
                    if (found.Length == 0) throw Errors.MeasurementInvalid.At(each, 0,
                        $"has no stage {wanted}; its stages are numbered from 0");
                }

                runs.AddRange(found);
            }
        }

        if (traces.Count > 0) runs.Insert(0, MeasurementBounds.Checked(CapturedTrace.Read(traces, cancellation), traces[0]));
        return runs.Count > 0 ? runs : throw Errors.CalibrationDataMissing.Error("there is no measurement; name one");
    }

    /// <summary>Whether a folder is a measurement as a whole.</summary>
    internal static bool IsFolder(string folder) => PlannerFolder.Is(folder);

    /// <summary>Whether a file is one of a request trace, whose files together are one run.</summary>
    internal static bool IsTrace(string file) => File.Exists(file) && CapturedTrace.Is(MeasurementFile.Head(file));

    private static IEnumerable<Measurement> ReadFile(string path, CancellationToken cancellation)
    {
        string head = MeasurementFile.Head(path).TrimStart('\uFEFF', ' ', '\n', '\r', '\t');
        if (InferenceSimExperiment.Is(path, head)) return InferenceSimExperiment.Read(path, cancellation);
        if (LiveLog.Is(head)) return LiveLog.Read(path, cancellation);
        if (ForwardPassTrace.Is(head)) return [ForwardPassTrace.Read(path, cancellation)];
        if (InferencePerfStage.Is(head)) return [InferencePerfStage.Read(path, cancellation)];
        if (LlmServingSimRun.Is(head)) return [LlmServingSimRun.Read(path, cancellation)];
        if (AiperfRun.Is(head)) return [AiperfRun.Read(path, cancellation)];
        if (VllmBenchRun.Is(head)) return [VllmBenchRun.Read(path, cancellation)];
        // What would tell may be what is damaged.
        if (head.StartsWith('{') || head.StartsWith('[')) MeasurementFile.Text(path);
        throw Errors.MeasurementInvalid.At(path, 0, $"is no measurement that is known; those are {string.Join(", ", Formats)}");
    }
}
