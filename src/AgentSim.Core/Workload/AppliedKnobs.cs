using System.Globalization;

namespace AgentSim.Workload;

/// <summary>Makes of a workload the one that knobs ask for; at their neutral values it is the same object.</summary>
internal static class AppliedKnobs
{
    public static ReplayWorkload To(ReplayWorkload workload, WorkloadKnobs knobs, CancellationToken cancellation = default)
    {
        WorkloadColumns load = workload.Columns;
        KnobChecks.CheckLoad(load, knobs);
        if (!knobs.ChangesRows) return workload;
        CopyFacts? copies = null;
        if (knobs.HasCopies) (load, copies) = workload.MadeCopies.Of(load, knobs, cancellation);
        if (knobs.ChangesWaits) load = KnobWaits.Apply(load, knobs);
        if (knobs.TaskArrivalSpeedupRatio != 1.0) load = Arriving(load, knobs.TaskArrivalSpeedupRatio);
        if (knobs.OutputRatio != 1.0)
            load = load with { OutputLength = [.. load.OutputLength.Select(tokens => Scaled(tokens, knobs.OutputRatio))] };
        return workload.With(load, copies);
    }

    // From then on the clock begins with the first task, so that nothing is lost by adding what a replay takes off again.
    private static WorkloadColumns Arriving(WorkloadColumns load, double ratio)
    {
        WorkloadTasks tasks = WorkloadTasks.Of(load);
        if (load.Agentic is not { } agentic)
            return load with { FirstArrival = [.. load.FirstArrival.Select(arrival => (arrival - tasks.Origin) / ratio)] };
        double[] earliest = [.. agentic.EarliestStart];
        for (int request = 0; request < earliest.Length; request++)
        {
            double start = tasks.Start[tasks.TaskOf[request]];
            if (agentic.DependencyCount[request] == 0) earliest[request] = WorkloadTasks.StartOf(agentic, request, tasks.Origin);
            earliest[request] = ((start - tasks.Origin) / ratio) + (earliest[request] - start);
        }

        return load with { Agentic = agentic with { Origin = 0.0, EarliestStart = earliest, Latest = agentic.Latest - tasks.Origin } };
    }

    private static int Scaled(int tokens, double ratio)
    {
        if (tokens == 0) return 0;
        double scaled = Math.Max(1.0, Math.Round(tokens * ratio, MidpointRounding.AwayFromZero));
        return scaled <= int.MaxValue
            ? (int)scaled
            : throw Errors.WorkloadKnobRefused.Error(string.Create(CultureInfo.InvariantCulture,
                $"{Setting.OutputRatio} {ratio} makes an output of {tokens} tokens longer than {int.MaxValue}; lower it"));
    }
}
