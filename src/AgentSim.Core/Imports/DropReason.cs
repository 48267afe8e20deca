namespace AgentSim.Imports;

/// <summary>
/// Why something in the source is not in the import. Formats have their own beside these; equal names are counted together.
/// </summary>
/// <param name="Name">Its name in the summary's JSON, in snake case.</param>
/// <param name="Text">What the terminal says before the number, e.g. <c>repeated</c>.</param>
/// <param name="IsFault">Whether the source is damaged, so that a strict import ends there.</param>
internal sealed record DropReason(string Name, string Text, bool IsFault = false)
{
    /// <summary>The same request or tool call came again, in another row or file.</summary>
    public static readonly DropReason Repeated = new("repeated", "repeated");

    /// <summary>A line that is no row.</summary>
    public static readonly DropReason Malformed = new("malformed_lines", "malformed lines", IsFault: true);

    /// <summary>The last line of a file ends in the middle.</summary>
    public static readonly DropReason Truncated = new("truncated_lines", "truncated last lines");

    /// <summary>A request without a token count.</summary>
    public static readonly DropReason NoUsage = new("without_usage", "without token counts");

    /// <summary>A request with numbers that no record or row can hold.</summary>
    public static readonly DropReason Impossible = new("impossible_lengths", "with impossible lengths", IsFault: true);

    /// <summary>A request that failed or was broken off, and has no usage.</summary>
    public static readonly DropReason Failed = new("failed", "failed or broken off");

    /// <summary>A request without usable times, kept as context only.</summary>
    public static readonly DropReason Restamped = new("restamped", "with restamped times, kept as context");

    /// <summary>Time of a person inside a tool call, which counts as idle.</summary>
    public static readonly DropReason Person = new("person", "tool calls that are a person's time");

    /// <summary>A tool call without a result.</summary>
    public static readonly DropReason Unfinished = new("unfinished_tools", "tool calls without a result");

    /// <summary>The recording of a sub-agent is not among the files.</summary>
    public static readonly DropReason MissingRecording = new("missing_recordings", "sub-agent recordings missing");

    /// <summary>A time before the one it has to follow, repaired.</summary>
    public static readonly DropReason ClockBack = new("clock_went_back", "times that went back, repaired", IsFault: true);

    /// <summary>A session that is its own ancestor.</summary>
    public static readonly DropReason Circle = new("session_circles", "sessions that are their own ancestors", IsFault: true);

    /// <summary>Outside the span that was asked for.</summary>
    public static readonly DropReason OutsideSpan = new("outside_span", "outside the time span");

    /// <summary>Of another model than the one asked for.</summary>
    public static readonly DropReason OtherModel = new("other_model", "of another model");
}
