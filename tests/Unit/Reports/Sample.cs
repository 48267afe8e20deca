using AgentSim.Metrics;
using AgentSim.Recording;
using AgentSim.Statistics;

namespace AgentSim.Tests.Reports;

/// <summary>The first worked example of behaviour 06#14.1: three requests on two workers.</summary>
internal sealed class Sample : IRequestIdentities
{
    public static readonly double[][] Tokens =
    [
        [22.734314, 28.484203, 34.234092000000004],
        [66.974998, 72.731478],
        [27.487759],
    ];

    public static RequestOutcome[] Outcomes() =>
    [
        Outcome(0.0, 0.0, Tokens[0], input: 32),
        Outcome(44.234092000000004, 44.234092000000004, Tokens[1], input: 64) with { ReusedInput = 32, FirstAdmissionReused = 32 },
        Outcome(5.0, 5.0, Tokens[2], input: 16) with { Worker = 1 },
    ];

    public bool IsAgentic { get; init; }

    public RequestIdentity this[int ordinal] => IsAgentic
        ? new RequestIdentity("s", 0, $"row-{ordinal}")
        : ordinal switch
        {
            1 => new RequestIdentity("A", 0, null),
            2 => new RequestIdentity("A", 1, null),
            _ => new RequestIdentity("B", 0, null),
        };

    public int SessionNumber(int ordinal) => IsAgentic || ordinal is 1 or 2 ? 0 : 1;

    public static RequestOutcome Outcome(double arrival, double admit, double[] tokens, int input) => RequestOutcome.Empty with
    {
        Arrival = arrival,
        FirstAdmit = admit,
        FirstToken = tokens.Length > 0 ? tokens[0] : double.NaN,
        SecondToken = tokens.Length > 1 ? tokens[1] : double.NaN,
        LastToken = tokens.Length > 0 ? tokens[^1] : double.NaN,
        Terminal = tokens.Length > 0 ? tokens[^1] : double.NaN,
        InputLength = input,
        RequestedOutput = tokens.Length,
        OutputLength = tokens.Length,
        Worker = 0,
        Status = TerminalStatus.Completed,
    };

    public static RequestOutcome Rejected(double arrival, double terminal, int input) => RequestOutcome.Empty with
    {
        Arrival = arrival,
        Terminal = terminal,
        InputLength = input,
        RequestedOutput = 2,
        Worker = 1,
        Status = TerminalStatus.Rejected,
    };

    public static GapStatistics Gaps(RequestOutcome[] requests)
    {
        var gaps = new GapStatistics();
        foreach (RequestOutcome request in requests)
        {
            if (request.IsCounted && request.OutputLength > 1) gaps.Add(request.SecondToken - request.FirstToken);
            if (request.IsCounted && request.OutputLength > 2) gaps.Add(request.LastToken - request.SecondToken);
        }

        return gaps;
    }

    public static ReplayReport Report(ServiceLevel? level = null, RunCosts? costs = null)
    {
        RequestOutcome[] requests = Outcomes();
        return ReplayReportBuilder.Build(
            requests, Gaps(requests),
            costs ?? new RunCosts { DecodeWorkerSeconds = 0.14546295599999998, DecodeGpusPerWorker = 1, WallTimeMs = 0.23 }, level);
    }
}
