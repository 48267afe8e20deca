namespace AgentSim.Imports;

/// <summary>By what imported prompts count as equal where the source has no block ids.</summary>
public enum PrefixRule
{
    /// <summary>By the chain of messages: a prompt goes on from the one before.</summary>
    Chain,

    /// <summary>By the provider's cached counts, as the reference's exporters do: what was not cached is new.</summary>
    Usage,

    /// <summary>Not at all: every prompt is new.</summary>
    None,
}

/// <summary>When imported sessions start.</summary>
public enum SessionStart
{
    /// <summary>As recorded.</summary>
    Keep,

    /// <summary>All at the same time.</summary>
    Together,

    /// <summary>One after the other at a mean rate, with random gaps.</summary>
    Rate,
}

/// <summary>How recordings are imported. Without any setting everything stays as it is in the source.</summary>
public sealed record ImportOptions
{
    /// <summary>Tokens of a block unless the source has recorded ids of another size.</summary>
    public const int DefaultTraceBlockSize = 64;

    /// <summary>Name of the format; null: each file's content decides.</summary>
    public string? Format { get; init; }

    /// <summary>Tokens of a block; null: that of recorded ids if all have the same, or else <see cref="DefaultTraceBlockSize"/>.</summary>
    public int? TraceBlockSize { get; init; }

    /// <summary>By what prompts count as equal.</summary>
    public PrefixRule Prefix { get; init; }

    /// <summary>The longest time in seconds in which nothing happens in a session and its sub-agents; longer ones are cut to it.</summary>
    public double? MaxIdleSeconds { get; init; }

    /// <summary>The longest time in seconds in which a session and its sub-agents only wait for tools; longer ones are cut to it.</summary>
    public double? MaxToolWaitSeconds { get; init; }

    /// <summary>When sessions start.</summary>
    public SessionStart Start { get; init; }

    /// <summary>Sessions per second, for <see cref="SessionStart.Rate"/>.</summary>
    public double StartRate { get; init; }

    /// <summary>Seed of the random gaps.</summary>
    public ulong Seed { get; init; } = 42;

    /// <summary>Leaves out requests that start before this.</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>Leaves out requests that start at this time or later.</summary>
    public DateTimeOffset? Until { get; init; }

    /// <summary>Leaves out requests to other models; null: all models.</summary>
    public string? Model { get; init; }

    /// <summary>Characters that stand for a token where only text is known.</summary>
    public double CharactersPerToken { get; init; } = 4;

    /// <summary>Replaces ids of sessions, requests and tool calls by keyed hashes.</summary>
    public bool IsAnonymous { get; init; }

    /// <summary>Key of all hashes; null: a fixed one, so that imports made separately fit each other.</summary>
    public string? Salt { get; init; }

    /// <summary>Whether a fault in a file ends the import instead of being counted.</summary>
    public bool IsStrict { get; init; }

    /// <summary>Whether summaries that the agent had made of its history count as requests, although the log does not hold them.</summary>
    public bool IncludesCompaction { get; init; } = true;

    /// <summary>Tables: columns by the field they stand for, for files that no preset fits.</summary>
    public IReadOnlyDictionary<string, string> Columns { get; init; } = new Dictionary<string, string>();

    /// <summary>Tables: the kind of table, e.g. <c>azure</c>; null: its columns decide.</summary>
    public string? Preset { get; init; }

    /// <summary>The format to read; whoever says what columns mean has a table.</summary>
    internal string? FormatName => Format ?? (Preset is not null || Columns.Count > 0 ? "table" : null);

    internal int BlockSize(int? recorded) => TraceBlockSize ?? recorded ?? DefaultTraceBlockSize;

    internal void Check()
    {
        if (TraceBlockSize is < 1 or > 1 << 20) throw Invalid(Setting.TraceBlockSize, $"{TraceBlockSize}", $"from 1 to {1 << 20}");
        NotNegative(MaxIdleSeconds, Setting.MaxIdle);
        NotNegative(MaxToolWaitSeconds, Setting.MaxToolWait);
        if (Start == SessionStart.Rate && !(StartRate > 0 && double.IsFinite(StartRate)))
            throw Invalid(Setting.SessionRate, $"{StartRate}", "more than 0");
        if (!(CharactersPerToken >= 0.1 && CharactersPerToken <= 100))
            throw Invalid(Setting.CharactersPerToken, $"{CharactersPerToken}", "from 0.1 to 100");
        if (Since >= Until) throw Errors.ImportSettingInvalid.Error($"{Setting.Until} must be after {Setting.Since}");
        if (Salt is not null && Salt.Length == 0)
            throw Errors.ImportSettingInvalid.Error($"{Setting.Salt} is empty; leave it out or give one");
        if (Format is not null && SourceFormats.Find(Format) is null)
            throw Errors.ImportFormatUnknown.Usage(
                $"there is no import format {Quote.Of(Format)}; there are {string.Join(", ", SourceFormats.Names)}");
    }

    private static void NotNegative(double? seconds, string name)
    {
        if (seconds is { } value && !(value >= 0 && double.IsFinite(value))) throw Invalid(name, $"{value}", "0 seconds or more");
    }

    private static AgentSimException Invalid(string name, string value, string rule) =>
        Errors.ImportSettingInvalid.Error(FormattableString.Invariant($"{name} must be {rule} (is {value})"));
}
