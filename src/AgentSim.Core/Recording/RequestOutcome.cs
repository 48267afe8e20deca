namespace AgentSim.Recording;

/// <summary>How a replayed request ended (behaviour 06#2).</summary>
public enum TerminalStatus : byte
{
    /// <summary>It has not ended: a time cap cut the run.</summary>
    None,

    /// <summary>It produced its output.</summary>
    Completed,

    /// <summary>The scheduler turned it away.</summary>
    Rejected,

    /// <summary>A disaggregated hand-off was cancelled.</summary>
    Canceled,

    /// <summary>A disaggregated reservation failed.</summary>
    Failed,
}

/// <summary>
/// What one request did, written by the simulation and indexed by request ordinal - 1 (behaviour 06#2).
/// Times are simulated milliseconds; NaN where the event did not happen.
/// </summary>
internal struct RequestOutcome
{
    public double Arrival;
    public double FirstAdmit;
    public double FirstToken;
    public double SecondToken;
    public double LastToken;
    public double Terminal;
    public int InputLength;
    public int RequestedOutput;
    public int OutputLength;
    public int ReusedInput;               // maximum over all admissions
    public int FirstAdmissionReused;
    public int Worker;                    // scheduler index, -1 where none is reported
    public TerminalStatus Status;

    public static RequestOutcome Empty => new()
    {
        Arrival = double.NaN,
        FirstAdmit = double.NaN,
        FirstToken = double.NaN,
        SecondToken = double.NaN,
        LastToken = double.NaN,
        Terminal = double.NaN,
        Worker = -1,
    };

    /// <summary>Enters totals and latency lists: completed and admitted at least once.</summary>
    public readonly bool IsCounted => Status == TerminalStatus.Completed && !double.IsNaN(FirstAdmit);

    /// <summary>Arrival to first token; meaningful with at least one token.</summary>
    public readonly double Ttft => Math.Max(0.0, FirstToken - Arrival);

    /// <summary>First to second token; meaningful with at least two tokens.</summary>
    public readonly double Ttst => Math.Max(0.0, SecondToken - FirstToken);

    /// <summary>Mean gap between tokens; meaningful with at least two tokens.</summary>
    public readonly double Tpot => Math.Max(0.0, LastToken - FirstToken) / (OutputLength - 1);

    /// <summary>Arrival to last token; meaningful with at least one token.</summary>
    public readonly double E2eLatency => Math.Max(0.0, LastToken - Arrival);
}

/// <summary>
/// What one request did between the pools of a disaggregated replay (behaviour 04#7.11), beside its
/// <see cref="RequestOutcome"/>. Times are simulated milliseconds; NaN, or -1 for counts, where something did not happen.
/// </summary>
internal struct HandoffOutcome
{
    public double PrefillAdmit;
    public double SourceHeld;
    public double DestinationReserved;
    public double DestinationActivated;
    public double DecodeAdmit;
    public double SourceReleased;
    public int PrefillWorker;
    public int PrefillReused;   // unlike RequestOutcome.ReusedInput, without admissions on the decode worker
    public int DecodeReused;
    public int PrefillOverlapTokens;
    public int DecodeOverlapTokens;

    public static HandoffOutcome Empty => new()
    {
        PrefillAdmit = double.NaN,
        SourceHeld = double.NaN,
        DestinationReserved = double.NaN,
        DestinationActivated = double.NaN,
        DecodeAdmit = double.NaN,
        SourceReleased = double.NaN,
        PrefillWorker = -1,
        PrefillReused = -1,
        DecodeReused = -1,
        PrefillOverlapTokens = -1,
        DecodeOverlapTokens = -1,
    };
}
