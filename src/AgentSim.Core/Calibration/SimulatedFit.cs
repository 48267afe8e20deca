using AgentSim.Draws;
using AgentSim.Engines;
using MathNet.Numerics;
using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.Optimization;

namespace AgentSim.Calibration;

/// <summary>A run to fit to: its simulation and what is held against it.</summary>
/// <param name="Simulation">The run.</param>
/// <param name="Residuals">How far a simulation is from it.</param>
/// <param name="Weight">How much it counts.</param>
internal sealed record FitRun(RunSimulation Simulation, FitResiduals Residuals, double Weight);

/// <summary>
/// Least squares over the logarithms of the parameters, with the simulator in the loop (Levenberg-Marquardt). The columns of the
/// Jacobian are simulations of their own and made at the same time; nothing is summed across threads, so that the result is the
/// same on every machine.
/// </summary>
internal sealed class SimulatedFit
{
    /// <summary>Step of a logarithm by which slopes are measured: simulations are not smooth in the small.</summary>
    public const double WideStep = 0.1;

    /// <summary>The same near the optimum, where a wide step misleads.</summary>
    public const double NarrowStep = 0.02;

    private const int Neighbours = 20;
    private const int Resamples = 200;
    private const double Pull = 0.0001;      // towards the start, where the data say nothing

    private readonly IReadOnlyList<FitRun> _runs;
    private readonly bool _fitsPairs;      // S2
    private readonly bool _fitsKnee;       // N0
    private readonly CancellationToken _cancellation;
    private readonly double _step;
    private readonly int _length;
    private TimingParameters _start;

    public SimulatedFit(IReadOnlyList<FitRun> runs, bool fitsPairs, bool fitsKnee, double step, CancellationToken cancellation)
    {
        (_runs, _fitsPairs, _fitsKnee, _cancellation) = (runs, fitsPairs, fitsKnee, cancellation);
        _step = step;
        _length = runs.Sum(run => run.Residuals.Length);
    }

    /// <summary>How many simulations were run.</summary>
    public int Simulations { get; private set; }

    /// <summary>Finds the parameters.</summary>
    /// <param name="start">Where to begin.</param>
    /// <param name="iterations">Steps at most.</param>
    public (TimingParameters Parameters, double Loss) Find(TimingParameters start, int iterations)
    {
        Control.UseSingleThread();   // sums in the same order everywhere
        _start = start;
        double[] logs = Logs(start);
        if (!Array.TrueForAll(logs, double.IsFinite)) throw NoEngine(null);
        Vector<double> nothing = Vector<double>.Build.Dense(_length + logs.Length);
        IObjectiveModel model = ObjectiveFunction.NonlinearModel((p, _) => Vector<double>.Build.Dense(Evaluate(p.AsArray() ?? p.ToArray())),
            (p, _) => Jacobian(p.ToArray()), nothing, nothing);
        var minimizer = new LevenbergMarquardtMinimizer(initialMu: 1e-3, gradientTolerance: 1e-9, stepTolerance: 1e-4,
            functionTolerance: 1e-9, maximumIterations: iterations);
        Vector<double> lower = Vector<double>.Build.Dense([.. logs.Select(log => log - 7)]),
            upper = Vector<double>.Build.Dense([.. logs.Select(log => log + 5)]);
        NonlinearMinimizationResult result;
        try
        {
            result = minimizer.FindMinimum(model, Vector<double>.Build.Dense(logs), lower, upper);
        }
        catch (ArgumentException error)
        {
            throw NoEngine(error);   // it went beyond all numbers
        }

        TimingParameters best = Parameters(result.MinimizingPoint.ToArray());
        return (best, Loss(best));
    }

    private static AgentSimException NoEngine(Exception? inner) => Errors.CalibrationDataMissing.Error(
        "the times of the measurements fit no engine: its passes would have no length, or no end; check them and their unit", inner: inner);

    /// <summary>The sum of the squares at a point.</summary>
    public double Loss(TimingParameters at) => Evaluate(Logs(at)).Take(_length).Sum(residual => residual * residual);

    /// <summary>
    /// 95 % intervals of the parameters, in the order of <see cref="Logs"/>: the step that least squares would take from the optimum for
    /// requests drawn anew, in groups of neighbours, since neighbours share their luck. Null where only aggregates are known, and where
    /// the requests of a draw do not determine the parameters.
    /// </summary>
    public (double Low, double High)[]? Intervals(TimingParameters at)
    {
        double[] logs = Logs(at);
        int[] groups = Groups(out int count);
        if (count < 10) return null;
        double[] residuals = Evaluate(logs);
        Matrix<double> jacobian = Jacobian(logs);
        int width = logs.Length;
        var squares = new Matrix<double>[count + 1];   // the last: what is always there
        var slopes = new Vector<double>[count + 1];
        for (int group = 0; group <= count; group++)
            (squares[group], slopes[group]) = (Matrix<double>.Build.Dense(width, width), Vector<double>.Build.Dense(width));
        for (int row = 0; row < residuals.Length; row++)
        {
            int group = row < groups.Length && groups[row] >= 0 ? groups[row] : count;
            for (int i = 0; i < width; i++)
            {
                slopes[group][i] -= jacobian[row, i] * residuals[row];
                for (int j = 0; j < width; j++) squares[group][i, j] += jacobian[row, i] * jacobian[row, j];
            }
        }

        Vector<double> usual = squares.Aggregate((sum, part) => sum + part).Solve(slopes.Aggregate((sum, part) => sum + part));
        var draws = new ChaCha12(1);
        var samples = new double[width][];
        for (int i = 0; i < width; i++) samples[i] = new double[Resamples];
        for (int sample = 0; sample < Resamples; sample++)
        {
            Matrix<double> square = squares[count].Clone();
            Vector<double> slope = slopes[count].Clone();
            for (int drawn = 0; drawn < count; drawn++)
            {
                int group = (int)draws.NextBelow((uint)count);
                square += squares[group];
                slope += slopes[group];
            }

            Vector<double> step = square.Solve(slope);
            if (!step.ForAll(double.IsFinite)) return null;
            for (int i = 0; i < width; i++) samples[i][sample] = Math.Exp(logs[i] + Math.Clamp(step[i] - usual[i], -3, 3));
        }

        return [.. samples.Select(values => (Accuracy.QuantileOf(values, 0.025), Accuracy.QuantileOf(values, 0.975)))];
    }

    // The group of neighbouring requests of each residual; -1: of none.
    private int[] Groups(out int count)
    {
        List<int> groups = [];
        count = 0;
        foreach (FitRun run in _runs)
        {
            int first = count;
            for (int i = 0; i < run.Residuals.Length; i++)
            {
                int request = run.Residuals.RequestOf(i);
                groups.Add(request < 0 ? -1 : first + (request / Neighbours));
                if (request >= 0) count = Math.Max(count, first + (request / Neighbours) + 1);
            }
        }

        return [.. groups];
    }

    private double[] Logs(TimingParameters of)
    {
        List<double> logs = [Math.Log(of.B0), Math.Log(of.B1), Math.Log(of.B2), Math.Log(of.S0), Math.Log(of.S1), Math.Log(of.OffsetMs)];
        if (_fitsPairs) logs.Add(Math.Log(of.S2));
        if (_fitsKnee) logs.Add(Math.Log(of.N0));
        return [.. logs];
    }

    private TimingParameters Parameters(double[] logs) => new(
        Math.Exp(logs[0]), Math.Exp(logs[1]), Math.Exp(logs[2]), Math.Exp(logs[3]), Math.Exp(logs[4]), _fitsPairs ? Math.Exp(logs[6]) : 0,
        Math.Exp(logs[5]), _fitsKnee ? Math.Exp(logs[^1]) : 0);

    private double[] Evaluate(double[] logs)
    {
        var all = new double[_length + logs.Length];
        TimingParameters parameters = Parameters(logs);
        ProfileTables tables = parameters.Sample();
        int at = 0;
        foreach (FitRun run in _runs)
        {
            Span<double> part = all.AsSpan(at, run.Residuals.Length);
            Prediction prediction = run.Simulation.Predict(tables, null, _cancellation);
            run.Residuals.Fill(prediction, parameters.OffsetMs, part);
            foreach (ref double residual in part) residual *= run.Weight;
            at += part.Length;
        }

        double[] start = Logs(_start == default ? parameters : _start);
        for (int i = 0; i < logs.Length; i++) all[at++] = Pull * (logs[i] - start[i]);
        Simulations += _runs.Count;
        return all;
    }

    private Matrix<double> Jacobian(double[] logs)
    {
        var columns = new double[logs.Length + 1][];
        Parallel.For(0, columns.Length, new ParallelOptions { CancellationToken = _cancellation }, column =>
        {
            double[] point = [.. logs];
            if (column > 0) point[column - 1] += _step;
            columns[column] = Evaluate(point);
        });
        return Matrix<double>.Build.Dense(_length + logs.Length, logs.Length,
            (row, column) => (columns[column + 1][row] - columns[0][row]) / _step);
    }
}
