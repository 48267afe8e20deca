namespace AgentSim.Metrics;

/// <summary>Metrics that a report has together, or not at all.</summary>
/// <param name="Name">What the documentation calls the group.</param>
/// <param name="When">In which reports it is, for the documentation.</param>
/// <param name="IsIn">Whether a report has it.</param>
/// <param name="Key">The object of the report file that holds it; null: its metrics stand at the top, among those of the reference.</param>
internal sealed record MetricGroup(string Name, string When, Func<ReplayReport, bool> IsIn, string? Key = null)
{
    /// <summary>What every report has, as the reference has it.</summary>
    public static readonly MetricGroup Every = new("Every run", "In every report", static _ => true);

    /// <summary>Requests within the service level (behaviour 06#5).</summary>
    public static readonly MetricGroup Goodput = new(
        "Goodput", "Where a bound of a service level was given",
        static report => report.GoodputCompletedRequests is not null);

    /// <summary>Tasks of agents; they count only where a load has any.</summary>
    public static readonly MetricGroup Agents = new(
        "Tasks of agents", "Where sessions and tasks were asked for of a load that has some, in the object `agents`",
        static report => report.Agents is not null, "agents");
}

/// <summary>
/// When a metric has no samples, by the counts of a report file that does not say so itself. Only what is sure: where a count is not in the
/// file, a 0 is a number.
/// </summary>
/// <param name="When">The rule as the end of a sentence that begins with "No samples".</param>
/// <param name="Holds">The rule. It is given what finds a metric by its name: null where the file does not have it.</param>
internal sealed record EmptyRule(string When, Func<Func<string, double?>, bool> Holds)
{
    /// <summary>Counts, and the times of the simulation itself, are numbers in any case.</summary>
    public static readonly EmptyRule Never = new("never", static _ => false);

    /// <summary>What is made of completed requests.</summary>
    public static readonly EmptyRule NothingCompleted = new("when no request completed", static find => find("completed_requests") == 0.0);

    /// <summary>What is made of completed tasks.</summary>
    public static readonly EmptyRule NoTasks = new("when no task completed", static find => find("completed_tasks") == 0.0);

    /// <summary>What is made of their prompts.</summary>
    public static readonly EmptyRule NoPrompts = new(
        "when no request with a prompt completed", static find => NothingCompleted.Holds(find) || find("total_input_tokens") == 0.0);

    /// <summary>What is made of their outputs.</summary>
    public static readonly EmptyRule NoOutputs = new(
        "when no completed request had an output", static find => NothingCompleted.Holds(find) || find("total_output_tokens") == 0.0);

    /// <summary>What is made of gaps between tokens.</summary>
    // With more tokens than requests some request has two, and a gap between them; otherwise all gaps may be missing.
    public static readonly EmptyRule NoGaps = new(
        "when no completed request had two tokens",
        static find => NoOutputs.Holds(find) || (find("total_output_tokens") <= find("completed_requests")
            && find("max_ttst_ms") is null or 0.0 && find("max_tpot_ms") is null or 0.0 && find("max_itl_ms") is null or 0.0));

    /// <summary>What is made of rates between tokens. A rate is more than 0.</summary>
    public static readonly EmptyRule NoRates = new(
        "when no two tokens of a completed request had time between them",
        static find => NoOutputs.Holds(find) || find("max_output_token_throughput_per_user") == 0.0);
}
