using MathNet.Numerics;
using MathNet.Numerics.LinearAlgebra;

namespace AgentSim.Calibration;

/// <summary>
/// Least squares of relative errors, outliers counting less (Huber), with no factor below zero: a term that would need one is left out.
/// </summary>
internal static class RobustFit
{
    private const int Rounds = 20;

    /// <summary>The factors of the terms.</summary>
    /// <param name="terms">The terms of each value.</param>
    /// <param name="values">The values.</param>
    /// <param name="scales">What an error is relative to.</param>
    public static double[] Of(double[][] terms, double[] values, double[] scales)
    {
        Control.UseSingleThread();
        List<int> used = [.. Enumerable.Range(0, terms[0].Length)];
        while (true)
        {
            double[] found = Solve(terms, values, scales, used);
            int worst = -1;
            for (int i = 0; i < used.Count; i++)
            {
                if (!(found[i] >= 0) && (worst < 0 || found[i] < found[worst])) worst = i;
            }

            if (worst < 0)
            {
                var all = new double[terms[0].Length];
                for (int i = 0; i < used.Count; i++) all[used[i]] = found[i];
                return all;
            }

            used.RemoveAt(worst);
        }
    }

    private static double[] Solve(double[][] terms, double[] values, double[] scales, List<int> used)
    {
        Matrix<double> left = Matrix<double>.Build.Dense(values.Length, used.Count,
            (row, column) => terms[row][used[column]] / scales[row]);
        Vector<double> right = Vector<double>.Build.Dense(values.Length, row => values[row] / scales[row]);
        double[] lengths = [.. Enumerable.Range(0, used.Count).Select(column => Math.Max(1e-300, left.Column(column).L2Norm()))];
        left.MapIndexedInplace((_, column, element) => element / lengths[column]);
        double[] weight = new double[values.Length], found = new double[used.Count];
        Array.Fill(weight, 1.0);
        for (int round = 0; round < Rounds; round++)
        {
            Matrix<double> weighted = Matrix<double>.Build.Dense(values.Length, used.Count,
                (row, column) => weight[row] * left[row, column]);
            Matrix<double> square = weighted.TransposeThisAndMultiply(left);
            for (int i = 0; i < used.Count; i++) square[i, i] *= 1 + 1e-9;   // two terms that say the same
            Vector<double> solved = square.Solve(weighted.TransposeThisAndMultiply(right));
            found = solved.ToArray();
            double[] misses = [.. (right - (left * solved)).Select(Math.Abs)];
            double kink = 1.345 * 1.4826 * Accuracy.QuantileOf(misses, 0.5);
            if (kink <= 1e-12) break;
            for (int i = 0; i < misses.Length; i++) weight[i] = misses[i] <= kink ? 1 : kink / misses[i];
        }

        return [.. found.Select((element, i) => element / lengths[i])];
    }
}
