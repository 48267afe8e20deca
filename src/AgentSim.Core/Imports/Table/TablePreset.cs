namespace AgentSim.Imports.Table;

/// <summary>A kind of table that is known by its columns.</summary>
internal sealed class TablePreset
{
    /// <summary>What the user types, e.g. <c>azure</c>.</summary>
    public required string Name { get; init; }

    /// <summary>Columns that all have to be there (any of those between bars), and by which the kind is known.</summary>
    public required IReadOnlyList<string> Signature { get; init; }

    /// <summary>Columns by field; of several names the first that a table has counts.</summary>
    public IReadOnlyList<(TableField Field, string[] Columns)> Columns { get; init; } = [];

    /// <summary>Unit of times that are numbers.</summary>
    public TimeUnit? Unit { get; init; }

    /// <summary>Tokens of a block, where the rows have ids of blocks.</summary>
    public int? BlockTokens { get; init; }

    /// <summary>Whether answers of no token are failed requests.</summary>
    public bool EmptyIsFailed { get; init; }

    /// <summary>Whether the ids of rows are unique everywhere, not only within their file.</summary>
    public bool HasGlobalIds { get; init; }

    /// <summary>All presets, in the order in which they are tried.</summary>
    public static IReadOnlyList<TablePreset> All { get; } =
    [
        new()
        {
            Name = "azure",
            Signature = ["TIMESTAMP", "ContextTokens", "GeneratedTokens"],
            Columns = [(TableField.Start, ["TIMESTAMP"]), (TableField.Input, ["ContextTokens"]), (TableField.Output, ["GeneratedTokens"])],
        },
        new()
        {
            Name = "burstgpt",
            Signature = ["Timestamp", "Request tokens", "Response tokens"],
            Columns =
            [
                (TableField.Start, ["Timestamp"]), (TableField.Duration, ["Elapsed time"]), (TableField.Session, ["Session ID"]),
                    (TableField.Model, ["Model"]),
                (TableField.Input, ["Request tokens"]), (TableField.Output, ["Response tokens"]),
            ],
            Unit = TimeUnit.Seconds,
            EmptyIsFailed = true,
        },
        new()
        {
            Name = "litellm",
            Signature = ["startTime", "endTime", "prompt_tokens", "completion_tokens"],
            Columns =
            [
                (TableField.Id, ["request_id"]), (TableField.Session, ["session_id"]), (TableField.Start, ["startTime"]),
                    (TableField.End, ["endTime"]),
                (TableField.FirstToken, ["completionStartTime"]), (TableField.Model, ["model"]), (TableField.Input, ["prompt_tokens"]),
                (TableField.Output, ["completion_tokens"]), (TableField.Status, ["status"]), (TableField.CacheHit, ["cache_hit"]),
                (TableField.Cached,
                [
                    "metadata.usage_object.prompt_tokens_details.cached_tokens", "metadata.usage_object.cache_read_input_tokens",
                    "metadata.additional_usage_values.cache_read_input_tokens",
                ]),
            ],
            HasGlobalIds = true,
        },
        new()
        {
            Name = "bailian",
            Signature = ["chat_id", "parent_chat_id", "timestamp", "input_length", "output_length"],
            Columns =
            [
                (TableField.Id, ["chat_id"]), (TableField.ParentTurn, ["parent_chat_id"]), (TableField.Start, ["timestamp"]),
                (TableField.Input, ["input_length"]), (TableField.Output, ["output_length"]), (TableField.HashIds, ["hash_ids"]),
            ],
            Unit = TimeUnit.Seconds,
            BlockTokens = 16,
        },
        new() { Name = VllmBench, Signature = ["input_lens", "output_lens", "ttfts|itls|latencies|start_times"] },
        new() { Name = TraceLab, Signature = ["round_id|round_index", "session_id", "input_tokens_total", "timing_events"] },
    ];

    /// <summary>Results of vLLM's benchmark, one file of arrays.</summary>
    public const string VllmBench = "vllm-bench";

    /// <summary>Rounds of TraceLab.</summary>
    public const string TraceLab = "tracelab";

    /// <summary>The names, for messages and completion.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. All.Select(preset => preset.Name)];

    /// <summary>The preset of a name; null if there is none.</summary>
    public static TablePreset? Find(string name) =>
        All.FirstOrDefault(preset => string.Equals(preset.Name, name, StringComparison.OrdinalIgnoreCase));

    /// <summary>The preset of a table with these columns; null if none fits.</summary>
    public static TablePreset? Detect(Func<string, bool> hasColumn) =>
        All.FirstOrDefault(preset => preset.Signature.All(columns => columns.Split('|').Any(hasColumn)));
}
