using System.Collections;
using System.Management.Automation;
using AgentSim.Capacity;
using AgentSim.Simulation;
using AgentSim.Sweeps;

namespace AgentSim.PowerShell.Commands;

/// <summary>Finds how many workers, tasks at a time, times the load or KV blocks keep limits, and what they cost.</summary>
[Cmdlet(VerbsCommon.Find, "AgentCapacity", DefaultParameterSetName = InputObjectSet, SupportsShouldProcess = true)]
[OutputType(typeof(CapacityAnswer))]
public sealed class FindAgentCapacityCommand : GridCommand
{
    private CapacityQuestion _question = new();
    private ReplaySettings[] _settings = [];

    /// <summary>What to keep: numbers, or texts such as <c>&gt;=100</c>, by metric.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(LimitCompleter))]
    public IDictionary? Limit { get; set; }

    /// <summary>What is looked for.</summary>
    [Parameter]
    public CapacityTarget Target { get; set; }

    /// <summary>The least value.</summary>
    [Parameter]
    [Number]
    public double? Minimum { get; set; }

    /// <summary>The greatest value.</summary>
    [Parameter]
    [Number]
    public double? Maximum { get; set; }

    /// <summary>The distance of the values.</summary>
    [Parameter]
    [Number]
    public double? Step { get; set; }

    /// <summary>With how many seeds each value is replayed.</summary>
    [Parameter]
    [ValidateRange(1, int.MaxValue)]
    [Number(Whole = true)]
    public int SeedCount { get; set; } = 1;

    /// <summary>Finds what no other combination beats in GPUs and the limits' metrics.</summary>
    [Parameter]
    public SwitchParameter Pareto { get; set; }

    /// <summary>What an hour of a GPU costs.</summary>
    [Parameter]
    [ValidateRange(0.0, double.MaxValue)]
    [Number]
    public double? GpuPricePerHour { get; set; }

    /// <summary>Bytes of KV that a token takes, for sizes in GB.</summary>
    [Parameter]
    [ValidateRange(1, long.MaxValue)]
    [Number(Whole = true)]
    public long? KvBytesPerToken { get; set; }

    /// <summary>Checkpoints of shares to answer from, without running anything.</summary>
    [Parameter]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    [PathName]
    public string[]? MergePath { get; set; }

    /// <inheritdoc/>
    protected override void Start()
    {
        CheckPlaces();
        if (MergePath is not null && (CheckpointPath is not null || PSSession is not null))
            throw Errors.OptionsConflict.Error(
                $"-{nameof(MergePath)} runs nothing; leave -{nameof(CheckpointPath)} and -{nameof(PSSession)} out");
        if (Array.Find(OfTarget(), MyInvocation.BoundParameters.ContainsKey) is { } parameter)
            throw Errors.OptionsConflict.Error($"-{parameter} is what is looked for; give -{nameof(Minimum)} and -{nameof(Maximum)}");
        _question = new CapacityQuestion
        {
            Target = Target,
            Limits = Limit is null ? [] : MetricLimits.Of(Limit),
            Minimum = Minimum,
            Maximum = Maximum,
            Step = Step,
            SeedCount = SeedCount,
            FindsFront = Pareto,
            GpuPricePerHour = GpuPricePerHour,
            KvBytesPerToken = KvBytesPerToken,
        };
        _question.Check();
        _settings = Combinations().Settings;
    }

    /// <inheritdoc/>
    protected override void Finish()
    {
        SweepPoint[] configurations = Points(_settings);
        ReplaySettings common = CapacityFinder.Reporting(_question, _settings[0]);
        if (MergePath is not null)
        {
            string[] files = [.. MergePath.SelectMany(given => FilesOf(this, given, isLiteral: false))];
            Answer(configurations, SweepCheckpoint.Merge(files, configurations[0].Workload, common), null);
            return;
        }

        WithCheckpoint("Keep the finished replays of the search", configurations[0].Workload, common, checkpoint =>
            WithMachines(configurations, machines => Answer(configurations, checkpoint, machines)));
    }

    private void Answer(SweepPoint[] configurations, SweepCheckpoint? checkpoint, SweepMachines? machines)
    {
        var progress = new ProgressDisplay(this, "Looking for a capacity");
        if (Share is not null)
        {
            IReadOnlyList<SweepPoint> points = CapacityFinder.Points(_question, configurations, Cancellation);
            foreach (SweepRow _ in machines is null
                ? Sweep.Run(points, ThrottleLimit, checkpoint, progress.Sweeping(), Share, Cancellation)
                : Sweep.Run(points, machines, checkpoint, progress.Sweeping(), Share))
            {
                // They are in the checkpoint.
            }

            progress.Complete();
            return;
        }

        IReadOnlyList<CapacityAnswer> answers = CapacityFinder.Find(
            _question, configurations, ThrottleLimit, checkpoint, progress.Sweeping(), machines, Cancellation);
        progress.Complete();
        WriteObject(answers, enumerateCollection: true);
    }

    private string[] OfTarget() => Target switch
    {
        CapacityTarget.Workers => [nameof(Workers), nameof(DecodeWorkers)],
        CapacityTarget.Tasks => [nameof(ConcurrentTasks)],
        CapacityTarget.Rate => [nameof(TaskArrivalSpeedupRatio)],
        _ => [],
    };
}
