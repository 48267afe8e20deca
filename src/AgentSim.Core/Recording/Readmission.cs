namespace AgentSim.Recording;

/// <summary>A request that gave way to others while it produced its output, and was admitted again.</summary>
/// <param name="Request">0-based ordinal.</param>
/// <param name="LastToken">Its last token before, simulated milliseconds.</param>
/// <param name="Admitted">When it was admitted again; it may have to give way once more before it produces anything.</param>
internal readonly record struct Readmission(int Request, double LastToken, double Admitted);
