using System.Globalization;
using AgentSim.Metrics;
using AgentSim.Recording;
using AgentSim.Statistics;

namespace AgentSim.Live;

/// <summary>Whether the numbers of a live replay are the server's, or its client's.</summary>
internal static class LiveVerdict
{
    private const double LeastDelayMs = 5.0;
    private const double MostDelayShare = 0.01;   // of the median latency
    private const double MostCpuShare = 0.85;
    private const double MostOffShare = 0.01;

    public static RunClient Client(LiveAnswer?[] answers, double cpuShare)
    {
        double[] delays = [.. answers.Where(answer => answer is not null && !double.IsNaN(answer.Acted))
            .Select(answer => Math.Max(0.0, answer!.Acted - answer.Scheduled)).Order()];
        return new RunClient(
            At(delays, 0.5), At(delays, 0.99), At(delays, 0.999), cpuShare, Environment.ProcessorCount,
            answers.Count(answer => answer is { IsRetried: true }));
    }

    /// <summary>True for a warning that makes a run invalid.</summary>
    public static bool IsFault(RunWarning warning) =>
        warning.Code == WarningCodes.LiveRunInvalid.Id || warning.Code == WarningCodes.LiveCountsOff.Id;

    /// <summary>What makes the run invalid, and how requests failed.</summary>
    public static IEnumerable<RunWarning> Of(LiveRecords records, RunClient client, LiveSettings live, bool isPartial)
    {
        (int completed, int unsaid, int inputOff, int outputOff, _) = records.Counts;
        if (isPartial)
        {
            yield return new RunWarning(WarningCodes.LiveInterrupted,
                "the run was interrupted: what had not ended by then is missing, and the rest is only part of the workload");
        }

        int failed = records.Failures.Sum(each => each.Count);
        if (failed > 0) yield return Failed(records, failed);
        if (completed == 0 && !isPartial) yield return Invalid("no request completed, so that there is nothing to go by");
        double median = Distribution.Of([.. records.Outcomes.Where(outcome => outcome is { IsCounted: true, OutputLength: > 0 })
            .Select(outcome => outcome.E2eLatency)]).Median;
        double most = Math.Max(LeastDelayMs, double.IsFinite(median) ? MostDelayShare * median : 0.0);
        if (client.DispatchDelayP99Ms > most)
        {
            yield return Invalid(string.Create(CultureInfo.InvariantCulture,
                $"the client could not keep its times: 1 % of the requests left {client.DispatchDelayP99Ms:0.#} ms late or later, " +
                    $"and {most:0.#} ms are allowed; give it more processors, or less load"));
        }

        if (client.CpuShare > MostCpuShare)
        {
            yield return Invalid(string.Create(CultureInfo.InvariantCulture,
                $"the client used {100 * client.CpuShare:0} % of its {client.Processors} processors, and more than " +
                    $"{100 * MostCpuShare:0} % makes its times doubtful; give it more, or less load"));
        }

        if (completed > 0 && unsaid + outputOff + (live.PromptMode == PromptMode.Tokens ? inputOff : 0) is > 0 and int off
            && off > MostOffShare * completed)
        {
            yield return new RunWarning(WarningCodes.LiveCountsOff, string.Create(CultureInfo.InvariantCulture,
                $"the server's counts of tokens are not those asked for: of {completed} requests {outputOff} have another output, " +
                    $"{inputOff} another prompt, and {unsaid} no count at all; is it another kind of server, or another model?"), off);
        }
    }

    /// <summary>What the numbers have to be read with.</summary>
    public static IEnumerable<RunWarning> Remarks(LiveRecords records, PromptPieces prompts, LiveSettings live)
    {
        (int completed, _, int inputOff, _, int merged) = records.Counts;
        if (merged > 0)
        {
            yield return new RunWarning(WarningCodes.LiveEventsMerged, string.Create(CultureInfo.InvariantCulture,
                $"{merged} of {completed} requests had another number of events than of tokens: gaps between tokens are gaps between " +
                    $"events there (times to the first and to the last token are not touched)"), merged);
        }

        int empty = records.Outcomes.Count(outcome => outcome is { Status: TerminalStatus.Completed, RequestedOutput: 0 });
        if (empty > 0)
        {
            yield return new RunWarning(WarningCodes.LiveOutputsEmpty, string.Create(CultureInfo.InvariantCulture,
                $"{empty} of {completed} requests have no output in the workload, and were asked for one token, the least that there is"),
                empty);
        }

        if (prompts.ReplacesOutputs)
        {
            yield return new RunWarning(WarningCodes.LiveOutputsReplaced,
                "prompts hold earlier outputs of the server, in place of which other tokens were sent, since it gives no ids: it " +
                    "finds less in its cache than a simulated replay");
        }

        if (!records.KnowsCached && completed > 0)
        {
            yield return new RunWarning(WarningCodes.LiveCacheUnknown,
                "the server does not say how much of a prompt was cached; vLLM does if it is started with enable-prompt-tokens-details");
        }

        if (live.PromptMode != PromptMode.Text || completed == 0) yield break;
        double deviation = 0.0;
        for (int request = 0; request < records.Outcomes.Length; request++)
        {
            ref readonly RequestOutcome outcome = ref records.Outcomes[request];
            if (outcome.Status == TerminalStatus.Completed)
                deviation += Math.Abs(outcome.InputLength - records.Planned[request]) / (double)Math.Max(1, records.Planned[request]);
        }

        yield return new RunWarning(WarningCodes.LiveTextLengths, string.Create(CultureInfo.InvariantCulture,
            $"prompts are words: {inputOff} of {completed} have another length than planned, by {100 * deviation / completed:0.##} % " +
                $"on average"), inputOff);
    }

    private static RunWarning Failed(LiveRecords records, int failed)
    {
        string names = string.Join(", ", records.Failures.Select(each => records.ErrorTexts.TryGetValue(each.Name, out string? text)
            ? $"{each} ({text})" : each.ToString()));
        return new RunWarning(WarningCodes.LiveRequestsFailed,
            $"{failed} requests failed and are in no latency and no rate: {names}", failed);
    }

    private static RunWarning Invalid(string reason) => new(WarningCodes.LiveRunInvalid, $"not valid: {reason}");

    // Nearest rank, as all percentiles of a report.
    private static double At(double[] ascending, double share) =>
        ascending.Length == 0 ? 0.0 : ascending[(int)Math.Round((ascending.Length - 1) * share, MidpointRounding.AwayFromZero)];
}
