using System.Globalization;
namespace AgentSim.Timelines;

/// <summary>The phases of the trace event format that are used here; the value is the <c>ph</c> of the event.</summary>
internal enum EventPhase : byte
{
    /// <summary>A slice with a duration.</summary>
    Complete = (byte)'X',

    /// <summary>A moment of one thread.</summary>
    Instant = (byte)'i',

    /// <summary>Values from now on.</summary>
    Counter = (byte)'C',

    /// <summary>Start of an arrow, from the slice that is open on its thread.</summary>
    FlowStart = (byte)'s',

    /// <summary>End of an arrow, at the slice that is open on its thread.</summary>
    FlowEnd = (byte)'f',
}

/// <summary>What every event has. Times are nanoseconds, so that they add up exactly; files have microseconds.</summary>
/// <param name="Phase">Kind of event.</param>
/// <param name="Name">What the viewer writes on it.</param>
/// <param name="Category">Dotted name to filter by; empty for counters.</param>
/// <param name="Track">Where it is shown.</param>
/// <param name="Time">When it happens or begins.</param>
/// <param name="Duration">Of a slice.</param>
/// <param name="Flow">Of an arrow: number that its two ends have in common.</param>
internal readonly record struct TraceEvent(
    EventPhase Phase, string Name, string Category, EventTrack Track, long Time, long Duration = 0, int Flow = 0);

/// <summary>Process and thread of an event.</summary>
internal readonly record struct EventTrack(int Process, int Thread);

/// <summary>Conversions to the nanoseconds of events.</summary>
internal static class EventTime
{
    /// <summary>The largest time either way, microseconds: 127 years, so that sums fit and JavaScript counts exactly.</summary>
    public const double MostMicroseconds = 4e15;

    /// <summary>Whole microseconds, half to even, as behaviour 07#B1 has them; null when they are out of range.</summary>
    public static long? FromWholeMicroseconds(double milliseconds)
    {
        double microseconds = Math.Round(milliseconds * 1000.0, MidpointRounding.ToEven);
        return Math.Abs(microseconds) <= MostMicroseconds ? (long)microseconds * 1000 : null;
    }

    /// <summary>What is wrong with the time of a request record: what is beyond could not be shown, and its differences not be
    /// written.</summary>
    public static string? Problem(double milliseconds) => Math.Abs(milliseconds) <= MostMicroseconds / 1000.0 ? null
        : "a timeline holds up to 127 years";

    /// <summary>The nearest nanosecond of simulated milliseconds.</summary>
    /// <exception cref="AgentSimException">The time is out of range.</exception>
    public static long FromSimulated(double milliseconds) => Math.Abs(milliseconds) <= MostMicroseconds / 1000.0
        ? (long)Math.Round(milliseconds * 1e6)
        : throw Errors.TimelineTimeOutOfRange.Error(string.Create(CultureInfo.InvariantCulture,
            $"the replay reaches {milliseconds:g6} ms; a timeline holds up to 127 years; " +
            $"shorten the times of the input or make no timeline"));
}

/// <summary>Kinds of items, in the order of those that begin together (behaviour 07#B4).</summary>
internal enum ItemKind : byte
{
    InferredTool,
    Request,
    Tool,
    ToolInstant,
}

/// <summary>An event of an item that has no track yet; the arguments are a JSON object.</summary>
internal readonly record struct ItemEvent(EventPhase Phase, string Name, string Category, long Time, long Duration, byte[] Arguments);

/// <summary>A request or a tool call of a recorded trace (behaviour 07#B4).</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Session">Whose it is.</param>
/// <param name="Events">What is shown of it; the first event is the item itself, which the others lie within.</param>
internal sealed record TimelineItem(ItemKind Kind, string Session, IReadOnlyList<ItemEvent> Events)
{
    public long Begin => Events[0].Time;

    public long End => Begin + Events[0].Duration;
}
