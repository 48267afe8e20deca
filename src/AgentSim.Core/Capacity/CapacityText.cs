using System.Globalization;
using AgentSim.Reports;

namespace AgentSim.Capacity;

/// <summary>Answers in words.</summary>
internal static class CapacityText
{
    /// <summary>A value with what it counts.</summary>
    public static string Value(CapacityTarget target, double value) => target switch
    {
        CapacityTarget.Workers => Of(value, "worker", "workers"),
        CapacityTarget.Tasks => $"{Of(value, "task", "tasks")} at a time",
        CapacityTarget.KvBlocks => Of(value, "KV block", "KV blocks"),
        _ => Number(value) + " times the recorded rate",
    };

    /// <summary>The verdict as it stands in sentences.</summary>
    public static string Verdict(CapacityVerdict verdict) => verdict switch
    {
        CapacityVerdict.Uncalibrated => "uncalibrated",
        CapacityVerdict.Extrapolated => "extrapolated",
        CapacityVerdict.TooCloseToCall => "too close to call",
        CapacityVerdict.Yes => "yes",
        _ => "no",
    };

    /// <summary>The answer in a line.</summary>
    public static string Headline(CapacityAnswer answer)
    {
        string configuration = $"{answer.Configuration}: ";
        if (answer.Limits.Count == 0 && answer.Cache is { } cache) return configuration + CacheText.Headline(cache);
        string limits = string.Join(", ", answer.Limits.Select(Limit));
        if (answer.Answer is not { } value)
        {
            return $"{configuration}{Verdict(answer.Verdict)}: no value from {Number(answer.Minimum)} to {Number(answer.Maximum)} keeps "
                + $"every limit ({limits})";
        }

        string gpus = answer.Gpus is { } count ? $" ({Of(count, "GPU", "GPUs")})" : "";
        return $"{configuration}{Value(answer.Target, value)}{gpus}, {Verdict(answer.Verdict)}: {limits}";
    }

    /// <summary>A metric, its value and how far it is from the limit.</summary>
    public static string Limit(CapacityMargin limit)
    {
        string margin = limit.MarginPercent is { } percent ? $", margin {Percent(percent)}" : "";
        return $"{limit.Metric} {MetricText.Value(limit.Value ?? double.NaN)} of {Bound(limit)}{margin}";
    }

    /// <summary>The bound of a limit.</summary>
    public static string Bound(CapacityMargin limit) => (limit.AtLeast, limit.AtMost) switch
    {
        ({ } least, null) => "at least " + MetricText.Value(least),
        (null, { } most) => "at most " + MetricText.Value(most),
        ({ } least, { } most) when least == most => "exactly " + MetricText.Value(most),
        _ => limit.Limit,
    };

    /// <summary>What a value misses.</summary>
    public static string Failure(CapacityPoint point)
    {
        string seeds = point.Outcome == CapacityOutcome.Mixed ? " with some seeds" : "";
        string what = point.Problem ?? string.Join(", ", point.Limits.Where(limit => !limit.Passed)
            .Select(limit => $"{limit.Metric} is {MetricText.Value(limit.Value ?? double.NaN)}"));
        return $"at {Number(point.Value)}{seeds} {what}";
    }

    /// <summary>A percentage with its sign.</summary>
    public static string Percent(double percent) => percent.ToString("+0.#;−0.#;0", CultureInfo.InvariantCulture) + " %";

    /// <summary>A number as it was given.</summary>
    public static string Number(double value) => value.ToString("#,0.#########", CultureInfo.InvariantCulture);

    /// <summary>Money: as many decimals as tell something.</summary>
    public static string Money(double? money) => money is { } value
        ? value.ToString(Math.Abs(value) >= 1 ? "N2" : "0.####", CultureInfo.InvariantCulture) : MetricText.None;

    private static string Of(double count, string one, string several) => $"{Number(count)} {(count == 1 ? one : several)}";
}

/// <summary>What a script must not take for a yes.</summary>
public static class CapacityChecks
{
    /// <summary>The error of answers that are no plain yes.</summary>
    /// <param name="answers">These answers, at least one.</param>
    /// <param name="count">How many answers there were.</param>
    public static AgentSimException Unproven(IReadOnlyList<CapacityAnswer> answers, int count)
    {
        ArgumentNullException.ThrowIfNull(answers);
        string which = count == 1 ? "the answer is" : $"{answers.Count} of {count} answers are";
        return Errors.CapacityUnproven.Error($"{which} no plain yes: {answers[0].Reason}");
    }
}
