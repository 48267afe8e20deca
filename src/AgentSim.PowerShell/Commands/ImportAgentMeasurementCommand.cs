using System.Management.Automation;
using AgentSim.Measurements;

namespace AgentSim.PowerShell.Commands;

/// <summary>Reads recorded runs of real servers: their requests with the times that were measured.</summary>
[Cmdlet(VerbsData.Import, "AgentMeasurement", DefaultParameterSetName = PathSet)]
[OutputType(typeof(Measurement))]
public sealed class ImportAgentMeasurementCommand : PathCommand
{
    private readonly List<string> _traces = [];

    /// <inheritdoc/>
    protected override void Process()
    {
        foreach (string given in GivenPaths) Attempt(given, () => Read(given));
    }

    /// <inheritdoc/>
    protected override void Finish()
    {
        // The files of a trace are one run.
        if (_traces.Count > 0) Attempt(_traces[0], () => Write(MeasurementReader.Read(_traces, Cancellation)));
    }

    private void Read(string given)
    {
        // A folder may itself be a measurement, and FILE#N is a stage of a file.
        string path = FileSystemPath(WildcardPattern.ContainsWildcardCharacters(given) && ParameterSetName == PathSet ? "." : given);
        IReadOnlyList<string> files = Directory.Exists(path) && MeasurementReader.IsFolder(path) || path.LastIndexOf('#') > 0
            && !File.Exists(path) ? [path] : FilesOf(given);
        foreach (string file in files)
        {
            if (MeasurementReader.IsTrace(file)) _traces.Add(file);
            else Attempt(file, () => Write(MeasurementReader.Read([file], Cancellation)));
        }
    }

    private void Write(IReadOnlyList<Measurement> runs)
    {
        foreach (Measurement run in runs)
        {
            foreach (RunWarning warning in run.Warnings) WriteWarning($"{run.Name}: {warning.Message}");
            WriteObject(run);
        }
    }
}
