using AgentSim.Engines;

namespace AgentSim.Reports;

/// <summary>What a scheduler reports of its passes. Requests are 0-based ordinals, times simulated milliseconds.</summary>
internal interface IPassRecorder
{
    /// <summary>Output tokens the request will produce here.</summary>
    int PlannedOutput(int request);

    /// <summary>Time of the request's last token, NaN before the first.</summary>
    double LastToken(int request);

    void Admitted(int request, double now, int reused);

    void Token(int request, double time);

    /// <summary>One token at the end of every pass of a stretch; the gaps are recorded for the batch as a whole.</summary>
    void StretchTokens(int request, DecodeStretch stretch);

    /// <summary>The gaps of a stretch, each once for every request of its batch.</summary>
    void StretchGaps(DecodeStretch stretch, int requests);
}
