using AgentSim.Recording;
using AgentSim.Simulation;

namespace AgentSim.Reports.Html;

/// <summary>How much of the prompts was found in the prefix cache over time, by when requests were admitted. Shares are 0 to 1.</summary>
/// <param name="InSlice">Share in each slice of time; null where none was admitted.</param>
/// <param name="SoFar">Share up to the end of each slice; null before the first admission.</param>
internal sealed record CacheReuse(double?[] InSlice, double?[] SoFar)
{
    /// <param name="result">The run; completed requests count, as in the report's ratio, which is the last <see cref="SoFar"/>.</param>
    /// <param name="endMs">End of the last slice.</param>
    /// <param name="slices">Their number.</param>
    public static CacheReuse Of(ReplayResult result, double endMs, int slices)
    {
        var tokens = new long[slices];
        var reused = new long[slices];
        foreach (RequestResult request in result.Requests)
        {
            if (request.TerminalStatus != TerminalStatus.Completed || (request.PrefillAdmitMs ?? request.FirstAdmitMs) is not { } admitted)
                continue;
            int slice = Math.Clamp((int)(admitted / endMs * slices), 0, slices - 1);
            tokens[slice] += request.InputLength;
            reused[slice] += request.ReusedInputTokens;
        }

        var inSlice = new double?[slices];
        var soFar = new double?[slices];
        long allTokens = 0, allReused = 0;
        for (int slice = 0; slice < slices; slice++)
        {
            allTokens += tokens[slice];
            allReused += reused[slice];
            inSlice[slice] = Share(reused[slice], tokens[slice]);
            soFar[slice] = Share(allReused, allTokens);
        }

        return new CacheReuse(inSlice, soFar);
    }

    private static double? Share(long part, long whole) => whole == 0 ? null : (double)part / whole;
}
