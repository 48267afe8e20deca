using AgentSim.Engines;
using AgentSim.Measurements;
using AgentSim.Recording;
using AgentSim.Simulation;
using AgentSim.Workload;

namespace AgentSim.Calibration;

/// <summary>What a simulation gave for the requests of a measurement, in its order; engine time, without the client's offset.</summary>
/// <param name="TtftMs">To the first token, ms; not-a-number where there was none.</param>
/// <param name="LatencyMs">To the last token, ms.</param>
/// <param name="RequestsPerSecond">Requests that completed in a second.</param>
internal sealed record Prediction(double[] TtftMs, double[] LatencyMs, double RequestsPerSecond);

/// <summary>A measurement that can be simulated over and over: its workload is made once.</summary>
internal sealed class RunSimulation
{
    private readonly ReplayWorkload _workload;
    private readonly ReplaySettings _settings;

    public RunSimulation(Measurement run, EngineConfig engine, PromptAssumption prompts, CancellationToken cancellation)
    {
        Run = run;
        Prompts = prompts;
        _workload = MeasuredWorkload.Of(run, prompts, cancellation);
        _settings = new ReplaySettings { Engine = engine, Concurrency = run.Concurrency };
    }

    public Measurement Run { get; }

    public PromptAssumption Prompts { get; }

    /// <summary>Simulates the run.</summary>
    /// <param name="timing">The latencies; null: those of the engine's arguments.</param>
    /// <param name="observer">Told of every pass, if given.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="AgentSimException">A request can never run on this engine.</exception>
    public Prediction Predict(ProfileTables? timing, PassObserver? observer, CancellationToken cancellation)
    {
        ReplaySettings settings = timing is null ? _settings : _settings with { Engine = _settings.Engine.With(timing) };
        RequestOutcome[] outcomes = Replay.Outcomes(_workload, settings with { Observer = observer }, cancellation);
        double[] ttft = new double[outcomes.Length], latency = new double[outcomes.Length];
        double first = double.PositiveInfinity, last = 0;
        int completed = 0;
        for (int i = 0; i < outcomes.Length; i++)
        {
            ref readonly RequestOutcome outcome = ref outcomes[i];
            ttft[i] = outcome.OutputLength > 0 ? outcome.Ttft : double.NaN;
            latency[i] = outcome.OutputLength > 0 ? outcome.E2eLatency : double.NaN;
            if (outcome.Status != TerminalStatus.Completed) continue;
            completed++;
            first = Math.Min(first, outcome.Arrival);
            last = Math.Max(last, outcome.Terminal);
        }

        return new Prediction(ttft, latency, last > first ? completed * 1000.0 / (last - first) : double.NaN);
    }
}
