namespace AgentSim.Recording;

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
