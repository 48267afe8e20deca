using System.Text;
using AgentSim.Reports;

namespace AgentSim.Capacity;

/// <summary>Answers as text for the terminal.</summary>
public static class CapacityTable
{
    /// <summary>Each answer with its verdict, what binds, what fails one step below and what it costs. Every line ends with a line
    /// feed.</summary>
    /// <param name="answers">The answers.</param>
    public static string Render(IReadOnlyList<CapacityAnswer> answers)
    {
        ArgumentNullException.ThrowIfNull(answers);
        var text = new StringBuilder();
        foreach (CapacityAnswer answer in answers)
        {
            if (text.Length > 0) text.Append('\n');
            text.Append(answer).Append('\n');
            foreach (string line in Lines(answer)) text.Append("  ").Append(line).Append('\n');
            if (answer.Cache is { } cache) AppendCurve(text, cache, withHeadline: answer.Limits.Count > 0);
        }

        AppendFront(text, answers);
        return text.ToString();
    }

    /// <summary>What is to be said of an answer, line by line, after its headline.</summary>
    internal static IEnumerable<string> Lines(CapacityAnswer answer)
    {
        yield return answer.Reason;
        if (answer.BindingMetric is { } binding && answer.Limits.Count > 1) yield return $"binds: {binding}";
        if (answer.FailsBelow is { } below) yield return $"one step {Less(answer)}: {below}";
        if (AtTheEnd(answer) is { } end) yield return end;
        if (answer.Breaks.Count > 0)
            yield return $"not monotone: {string.Join(", ", answer.Breaks.Select(CapacityText.Number))} "
                + "would keep the limits, too, but a value between does not";
        if (!answer.Exhaustive && answer.Limits.Count > 0)
            yield return $"searched: {answer.Points.Count} values from {CapacityText.Number(answer.Minimum)} to "
                + $"{CapacityText.Number(answer.Maximum)} were replayed, not all";
        if (answer.Points.Count > 0) yield return Seeds(answer);
        if (answer.Gpus is { } gpus)
            yield return $"GPUs: {CapacityText.Number(gpus)}, {answer.GpusPerWorkerSource}"
                + (answer.GpuHours is { } hours ? $"; {MetricText.Value(hours)} GPU hours for this load" : "");
        if (answer.Cost is { } cost)
        {
            yield return $"cost at {CapacityText.Money(answer.GpuPricePerHour)} a GPU hour: {CapacityText.Money(cost)}"
                + (answer.CostPerTask is { } task ? $", {CapacityText.Money(task)} a task" : "")
                + $"; {CapacityText.Money(answer.CostPerMillionInputTokens)} a million input tokens, or "
                + $"{CapacityText.Money(answer.CostPerMillionOutputTokens)} a million output tokens";
        }

        foreach (string warning in answer.Warnings) yield return $"warning: {warning}";
    }

    // Nothing fails that was asked about, so that the answer may lie beyond it. Fewer workers than one are none.
    private static string? AtTheEnd(CapacityAnswer answer)
    {
        if (answer.FailsBelow is not null || answer.Limits.Count == 0) return null;
        if (Less(answer) == "more")
            return answer.Answer == answer.Maximum ? "the greatest of the range: more may be kept, too" : null;
        return answer.Answer == answer.Minimum && answer.Minimum > 1 ? "the least of the range: less may be enough" : null;
    }

    private static string Less(CapacityAnswer answer) =>
        answer.Target is CapacityTarget.Workers or CapacityTarget.KvBlocks ? "less" : "more";

    private static string Seeds(CapacityAnswer answer)
    {
        int seeds = answer.Points.Max(point => point.Seeds);
        return seeds > 1 ? $"each value with {seeds} seeds" : "each value with one seed";
    }

    private static void AppendCurve(StringBuilder text, CacheCurve cache, bool withHeadline)
    {
        if (withHeadline) text.Append("  ").Append(CacheText.Headline(cache)).Append('\n');
        List<string[]> table = [["KV blocks", "GB", "Reused", "Ideal eviction", ""]];
        foreach (CacheSize size in cache.Sizes)
        {
            table.Add([CapacityText.Number(size.Blocks), CacheText.Giga(size.GigaBytes), CacheText.Share(size.Reuse),
                CacheText.Share(size.IdealReuse), size.Blocks == cache.CliffBlocks ? "cliff" : size.Reuse is null ? "requests lost" : ""]);
        }

        table.Add(["infinite", "", CacheText.Share(cache.InfiniteReuse), CacheText.Share(cache.InfiniteReuse), ""]);
        TextTable.Append(text, table);
    }

    private static void AppendFront(StringBuilder text, IReadOnlyList<CapacityAnswer> answers)
    {
        (CapacityAnswer Answer, CapacityPoint Point)[] front =
            [.. answers.SelectMany(answer => answer.Points.Where(point => point.IsOnFront).Select(point => (answer, point)))
                .OrderBy(each => each.point.Gpus).ThenBy(each => each.point.Value)];
        if (front.Length == 0) return;
        List<string[]> table =
            [["Front", "Value", "GPUs", "GPU hours", .. front[0].Point.Limits.Select(limit => limit.Metric), "Limits"]];
        foreach ((CapacityAnswer answer, CapacityPoint point) in front)
        {
            table.Add([answer.Configuration, CapacityText.Number(point.Value), CapacityText.Number(point.Gpus),
                MetricText.Value(point.GpuHours), .. point.Limits.Select(limit => MetricText.Value(limit.Value)),
                point.Outcome == CapacityOutcome.Passed ? "kept" : point.Outcome == CapacityOutcome.Mixed ? "some seeds" : "missed"]);
        }

        text.Append('\n');
        TextTable.Append(text, table);
    }
}
