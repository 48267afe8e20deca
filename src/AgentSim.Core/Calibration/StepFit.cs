using AgentSim.Measurements;

namespace AgentSim.Calibration;

/// <summary>Fits a timing to measured passes: each says what it held and how long it took, so that no simulation is needed.</summary>
internal static class StepFit
{
    public static TimingParameters Of(IReadOnlyList<MeasuredStep> steps)
    {
        MeasuredStep[] decode = [.. steps.Where(step => step is { NewTokens: 0, DecodeRequests: > 0, Ms: > 0 })],
            prefill = [.. steps.Where(step => step is { NewTokens: > 0, Ms: > 0 })];
        if (decode.Length < 3 || prefill.Length < 2)
            throw Errors.CalibrationDataMissing.Error("passes of both kinds are needed, with prompts and without; measure both");
        double[] of = NotNegative(decode, step => [1, step.DecodeRequests, step.KvTokens], step => step.Ms);
        bool cached = prefill.Any(step => step.CachedTokens > 0);
        double Rest(MeasuredStep step) => step.Ms - (step.DecodeRequests > 0 ? of[0] + (of[1] * step.DecodeRequests)
            + (of[2] * step.KvTokens) : 0);
        double Pairs(MeasuredStep step) => step.NewTokens * ((step.CachedTokens / (double)step.PrefillRequests)
            + (step.NewTokens / (2.0 * step.PrefillRequests)));
        double[] before = NotNegative(prefill, step => cached || prefill.Length > 4 ? [1, step.NewTokens, Pairs(step)]
            : [1, step.NewTokens], Rest);
        return new TimingParameters(of[0], of[1], of[2], before[0], before[1], before.Length > 2 ? before[2] : 0, 0);
    }

    private static double[] NotNegative(MeasuredStep[] steps, Func<MeasuredStep, double[]> terms, Func<MeasuredStep, double> value) =>
        RobustFit.Of([.. steps.Select(terms)], [.. steps.Select(value)], [.. steps.Select(step => step.Ms)]);
}
