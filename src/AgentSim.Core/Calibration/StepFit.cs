using AgentSim.Measurements;
using MathNet.Numerics;
using MathNet.Numerics.LinearAlgebra;

namespace AgentSim.Calibration;

/// <summary>Fits a timing to measured passes: each says what it held and how long it took, so that no simulation is needed.</summary>
internal static class StepFit
{
    private const int Rounds = 20;

    public static TimingParameters Of(IReadOnlyList<MeasuredStep> steps)
    {
        Control.UseSingleThread();
        MeasuredStep[] decode = [.. steps.Where(step => step is { NewTokens: 0, DecodeRequests: > 0, Ms: > 0 })], prefill = [.. steps.Where(step => step is { NewTokens: > 0, Ms: > 0 })];
        if (decode.Length < 3 || prefill.Length < 2) throw new AgentSimException("CalibrationDataMissing", "passes of both kinds are needed, with prompts and without; measure both");
        double[] of = NotNegative(decode, step => [1, step.DecodeRequests, step.KvTokens], step => step.Ms);
        bool cached = prefill.Any(step => step.CachedTokens > 0);
        double Rest(MeasuredStep step) => step.Ms - (step.DecodeRequests > 0 ? of[0] + (of[1] * step.DecodeRequests) + (of[2] * step.KvTokens) : 0);
        double Pairs(MeasuredStep step) => step.NewTokens * ((step.CachedTokens / (double)step.PrefillRequests) + (step.NewTokens / (2.0 * step.PrefillRequests)));
        double[] before = NotNegative(prefill, step => cached || prefill.Length > 4 ? [1, step.NewTokens, Pairs(step)] : [1, step.NewTokens], Rest);
        return new TimingParameters(of[0], of[1], of[2], before[0], before[1], before.Length > 2 ? before[2] : 0, 0);
    }

    // Least squares of relative errors, outliers counting less (Huber); terms that would be negative are left out.
    private static double[] NotNegative(MeasuredStep[] steps, Func<MeasuredStep, double[]> terms, Func<MeasuredStep, double> value)
    {
        int width = terms(steps[0]).Length;
        List<int> used = [.. Enumerable.Range(0, width)];
        while (true)
        {
            double[] found = Solve(steps, terms, value, used);
            int worst = -1;
            for (int i = 0; i < used.Count; i++)
            {
                if (found[i] < 0 && (worst < 0 || found[i] < found[worst])) worst = i;
            }

            if (worst < 0)
            {
                var all = new double[width];
                for (int i = 0; i < used.Count; i++) all[used[i]] = found[i];
                return all;
            }

            used.RemoveAt(worst);
        }
    }

    private static double[] Solve(MeasuredStep[] steps, Func<MeasuredStep, double[]> terms, Func<MeasuredStep, double> value, List<int> used)
    {
        Matrix<double> left = Matrix<double>.Build.Dense(steps.Length, used.Count, (row, column) => terms(steps[row])[used[column]] / steps[row].Ms);
        Vector<double> right = Vector<double>.Build.Dense(steps.Length, row => value(steps[row]) / steps[row].Ms);
        Vector<double> scale = Vector<double>.Build.Dense(used.Count, column => Math.Max(1e-300, left.Column(column).L2Norm()));
        left.MapIndexedInplace((_, column, element) => element / scale[column]);
        Vector<double> weight = Vector<double>.Build.Dense(steps.Length, 1.0), found = Vector<double>.Build.Dense(used.Count);
        for (int round = 0; round < Rounds; round++)
        {
            Matrix<double> weighted = Matrix<double>.Build.DenseOfDiagonalVector(weight);
            found = (left.TransposeThisAndMultiply(weighted) * left).Solve(left.TransposeThisAndMultiply(weighted) * right);
            double[] misses = [.. (right - (left * found)).Select(Math.Abs)];
            double kink = 1.345 * 1.4826 * Accuracy.QuantileOf(misses, 0.5);
            if (kink <= 1e-12) break;
            for (int i = 0; i < misses.Length; i++) weight[i] = misses[i] <= kink ? 1 : kink / misses[i];
        }

        return [.. found.Select((element, i) => element / scale[i])];
    }
}
