using AgentSim.Recording;
using AgentSim.Timelines;

namespace AgentSim.Reports.Html;

/// <summary>A request in a lane.</summary>
/// <param name="Record">Its record.</param>
/// <param name="WaitMs">Tools and delay before its arrival.</param>
/// <param name="ToolMs">The part of it that tools account for.</param>
/// <param name="Tools">Those tools in words; null where none are known.</param>
internal sealed record LaneRequest(RequestResult Record, double WaitMs, double ToolMs, string? Tools)
{
    /// <summary>Time before that in which the session waited for sessions below it.</summary>
    public double SubAgentMs { get; init; }

    /// <summary>In lanes of workers: they show requests from admission on.</summary>
    public bool IsFromAdmission { get; init; }

    public double StartMs => IsFromAdmission ? AdmittedMs : Record.ArrivalTimeMs - WaitMs - SubAgentMs;

    public double EndMs => Record.TerminalTimeMs;

    /// <summary>When it was admitted, else when it ended without.</summary>
    public double AdmittedMs => Record.PrefillAdmitMs ?? Record.FirstAdmitMs ?? Record.TerminalTimeMs;
}

/// <summary>The requests of a session, or of a worker, side by side: those that overlap are in different rows.</summary>
/// <param name="Name">Name of the session or worker.</param>
/// <param name="Rows">Number of rows.</param>
/// <param name="Requests">The requests by arrival, each with its row.</param>
internal sealed record Lane(string Name, int Rows, IReadOnlyList<(LaneRequest Request, int Row)> Requests)
{
    // Waits are known to the nanosecond; what follows without a gap must not look like an overlap.
    private const double SlackMs = 1e-3;

    public double StartMs => Requests[0].Request.StartMs;

    /// <summary>How many sessions are above it.</summary>
    public int Depth { get; init; }

    /// <param name="name">Name of the session.</param>
    /// <param name="requests">At least one, in any order.</param>
    public static Lane Of(string name, IEnumerable<LaneRequest> requests)
    {
        var placed = new List<(LaneRequest, int)>();
        var rows = new Lanes<double>();
        foreach (LaneRequest request in requests.OrderBy(request => request.StartMs).ThenBy(request => request.Record.Ordinal))
            placed.Add((request, rows.Place(request.StartMs + SlackMs, Math.Max(request.StartMs, request.EndMs))));
        return new Lane(name, rows.Count, placed);
    }
}
