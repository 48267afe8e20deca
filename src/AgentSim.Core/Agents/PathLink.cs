using System.Globalization;

namespace AgentSim.Agents;

/// <summary>
/// A piece of a critical path. It begins exactly where the one before ended. Times are simulated milliseconds.
/// </summary>
/// <param name="BeginMs">Begin.</param>
/// <param name="EndMs">End, later than the begin.</param>
/// <param name="Part">What the time went to.</param>
/// <param name="Ordinal">The request that was served, or that waited: its position in load order, from 1.</param>
/// <param name="SessionId">Its session.</param>
/// <param name="RequestId">Its row; null where rows have no ids.</param>
/// <param name="Tool">Classes of the tools that were waited for, joined by <c>+</c> where it was several; null for other parts and
/// where they are not known.</param>
/// <param name="AwaitedOrdinal">Of <see cref="TimePart.SubAgents"/>: the request of another session that was waited for.</param>
/// <param name="AwaitedRequestId">Its row; null where rows have no ids.</param>
public sealed record PathLink(
    double BeginMs, double EndMs, TimePart Part, int Ordinal, string SessionId, string? RequestId, string? Tool, int? AwaitedOrdinal,
        string? AwaitedRequestId)
{
    /// <summary>Length in milliseconds.</summary>
    public double LengthMs => EndMs - BeginMs;

    /// <summary>The link in one line.</summary>
    public override string ToString()
    {
        string request = RequestId
            ?? Ordinal.ToString(CultureInfo.InvariantCulture), more = (Tool ?? AwaitedRequestId) is { Length: > 0 } name ? $", {name}" : "";
        return string.Create(CultureInfo.InvariantCulture,
            $"{TimeSplit.NameOf(Part)} {LengthMs:#,0.##} ms from {BeginMs:#,0.##} ({request}{more})");
    }
}
