using AgentSim.Rows;
using AgentSim.Traces;

namespace AgentSim.Sessions;

/// <summary>When something ran: milliseconds since 1970, the start included and the end not.</summary>
/// <param name="Start">Start.</param>
/// <param name="End">End, not before the start.</param>
internal readonly record struct TimeRange(long Start, long End)
{
    // A recorded time may be anything; the years 1970 to 9999 are what calendars can show.
    private const long Latest = 253_402_300_799_999;

    /// <summary>When a request ran; times outside the years 1970 to 9999 become the nearest inside.</summary>
    public static TimeRange Of(RequestRecord request) => Within(request.StartUnixMs, request.EndUnixMs);

    /// <summary>When a tool call ran; times outside the years 1970 to 9999 become the nearest inside.</summary>
    public static TimeRange Of(ToolRecord tool) => Within(tool.StartUnixMs, tool.EndUnixMs);

    /// <summary>When a tool call listed in a row ran; times outside the years 1970 to 9999 become the nearest inside.</summary>
    public static TimeRange Of(ToolSpan tool) => Within(tool.StartedAtUnixMs, Math.Max(tool.StartedAtUnixMs, tool.EndedAtUnixMs));

    /// <summary>When a session ran.</summary>
    public static TimeRange Of(AgentSession session) => Within(Milliseconds(session.Start), Milliseconds(session.End));

    /// <summary>Length in milliseconds.</summary>
    public long Length => End - Start;

    /// <summary>Both ranges and what is between them.</summary>
    public TimeRange Around(TimeRange other) => new(Math.Min(Start, other.Start), Math.Max(End, other.End));

    /// <summary>Milliseconds that at least one range covers. Sorts the ranges.</summary>
    public static long Covered(Span<TimeRange> ranges)
    {
        ranges.Sort((a, b) => a.Start.CompareTo(b.Start));
        long covered = 0, until = long.MinValue;
        foreach (TimeRange range in ranges)
        {
            if (range.End <= until) continue;
            covered += range.End - Math.Max(range.Start, until);
            until = range.End;
        }

        return covered;
    }

    /// <summary>A time as a date, UTC.</summary>
    public static DateTime Date(long time) => DateTime.UnixEpoch.AddMilliseconds(time);

    private static long Milliseconds(DateTime date) => (long)(date - DateTime.UnixEpoch).TotalMilliseconds;

    private static TimeRange Within(long start, long end) => new(Math.Clamp(start, 0, Latest), Math.Clamp(end, 0, Latest));
}
