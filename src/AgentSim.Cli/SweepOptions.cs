namespace AgentSim.Cli;

/// <summary>The options of <c>agentsim sweep</c>: those of a replay that say what is replayed and how, many with several values.</summary>
internal static class SweepOptions
{
    // Those that are combined; the last one changes fastest.
    private static readonly string[] Axes =
    [
        "--extra-engine-args", "--prefill-engine-args", "--decode-engine-args", .. KnobArguments.Options.Select(option => option.Name),
        "--replay-concurrency", "--arrival-speedup-ratio", "--router-config", "--router-seed", "--router-mode", "--num-prefill-workers",
        "--num-decode-workers", "--num-workers",
    ];

    // What a single replay writes or fails by, and what it refuses.
    private static readonly string[] OfOneReplay =
    [
        "--report-json", "--report-jsonl", "--report-html", "--report-agents", "--name", "--plot", "--timeline", "--fail-on",
            "--replay-mode",
        "--planner-config", "--benchmark-granularity", "--help-engine", "--help-router",
    ];

    /// <summary>What says which replays there are.</summary>
    public static IReadOnlyList<OptionSpec> Points { get; } =
    [
        .. from option in ReplayOptions.All
           where !OfOneReplay.Contains(option.Name) && !option.Name.StartsWith("--aic-", StringComparison.Ordinal)
           select Axes.Contains(option.Name) ? option with { Placeholder = option.Placeholder + "...", Value = OptionValue.Many } : option,
    ];

    /// <summary>The options.</summary>
    public static IReadOnlyList<OptionSpec> All { get; } = [.. Points, .. SweepOutputs.Options];

    /// <summary>The options of the replay of each combination.</summary>
    public static IEnumerable<OptionValues> Combinations(OptionValues values)
    {
        HashSet<string> known = [.. Points.Select(option => option.Name)];
        string[] axes = [.. Axes.Where(values.Has)];
        foreach (Dictionary<string, string> point in Product(values, axes))
        {
            yield return new OptionValues(name => !known.Contains(name) || !values.Has(name) ? null
                : point.TryGetValue(name, out string? one) ? [one] : [.. values.All(name)]);
        }
    }

    private static IEnumerable<Dictionary<string, string>> Product(OptionValues values, string[] axes) => axes.Aggregate(
        (IEnumerable<Dictionary<string, string>>)[[]],
        (points, axis) => points.SelectMany(point =>
            values.All(axis).Select(value => new Dictionary<string, string>(point) { [axis] = value })));
}
