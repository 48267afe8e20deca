using AgentSim.Measurements;
using AgentSim.Rows;
using AgentSim.Workload;

namespace AgentSim.Calibration;

/// <summary>Makes the workload of a measurement: every request by itself, at the time it was sent.</summary>
internal static class MeasuredWorkload
{
    private const int MadeBlockSize = 512;   // tokens of an id that is made here

    public static ReplayWorkload Of(Measurement run, PromptAssumption prompts, CancellationToken cancellation)
    {
        bool recorded = prompts == PromptAssumption.Recorded;
        int size = recorded ? run.TraceBlockSize : MadeBlockSize;
        ulong next = 1UL << 40;
        var ofLength = new Dictionary<int, ulong>();
        // A closed loop whose requests are all alike would go on in the waves it began with; it is taken up in mid-course.
        int staggered = run is { Concurrency: { } loops, Aggregates: not null } ? loops : 0;
        var rows = new List<MooncakeRow>(run.Requests.Count);
        for (int i = 0; i < run.Requests.Count; i++)
        {
            MeasuredRequest request = run.Requests[i];
            if (request.InputTokens < 1)
                throw Errors.MeasurementInvalid.At(run.Inputs is [var file, ..] ? file.Path : run.Name, 0,
                    $"request {i + 1} has no prompt tokens, and cannot be simulated; leave it out");
            int blocks = (request.InputTokens + size - 1) / size;
            ulong first = 1;
            if (prompts == PromptAssumption.Different || (prompts == PromptAssumption.SameLength
                && !ofLength.TryGetValue(request.InputTokens, out first)))
            {
                ofLength[request.InputTokens] = first = next;
                next += (ulong)blocks;
            }

            rows.Add(new MooncakeRow
            {
                RequestId = request.Id,
                Timestamp = request.StartMs,
                InputLength = request.InputTokens,
                OutputLength = Math.Max(1, i < staggered ? (int)((long)request.OutputTokens * (i + 1) / staggered) : request.OutputTokens),
                HashIds = recorded ? [.. request.BlockIds!.Take(blocks)]
                    : [.. Enumerable.Range(0, blocks).Select(block => first + (ulong)block)],
                TraceBlockSize = size,
            });
        }

        return WorkloadLoader.FromRows(rows, new WorkloadOptions { TraceBlockSize = size }, cancellation);
    }
}
