using System.Diagnostics.CodeAnalysis;
using AgentSim.Engines;
using AgentSim.Recording;
using AgentSim.Simulation;

namespace AgentSim.Serving;

/// <summary>
/// The workers and the router of a replay, in real time: requests come in from any thread, and their tokens come out when the simulation
/// says, a number of times as fast. One thread runs the very runtimes of a replay (<see cref="ReplayRuntime"/>), which wait for the wall
/// clock before each event; so what is simulated is exactly a replay of the requests as they arrived.
/// </summary>
internal sealed class ServedEngine : IDisposable
{
    /// <summary>Requests at a time.</summary>
    public const int MostRequests = 16_384;

    private readonly ReplaySettings _settings;
    private readonly ArrivalQueue _arrivals;
    private readonly ServedSlots _slots = new(MostRequests);
    private readonly ReplayRuntime _runtime;
    private readonly Scheduler[] _ranks;
    private readonly Thread _thread;
    private int _inFlight;

    /// <param name="settings">How a replay of the same requests would be done.</param>
    /// <param name="speed">Simulated time per time.</param>
    /// <param name="words">What the words of outputs are as tokens of prompts.</param>
    public ServedEngine(ReplaySettings settings, double speed, ulong[] words)
    {
        // By passes: what a stretch of them plans ahead is known too late for those who wait for its tokens.
        _settings = settings with { StepByStep = true, Concurrency = null, MaxSimTimeMs = null, RecordsKvUse = false };
        EngineConfig engine = settings.Pools?.Decode ?? settings.Engine;
        _arrivals = new ArrivalQueue(speed);
        _slots.WhenFreed(() => Interlocked.Decrement(ref _inFlight));
        ServedRecorder recorder = new(_slots, Totals);
        RuntimeParts parts = new(new ServedDriver(_arrivals, _slots, recorder), new ServedPrompts(_slots, words, (int)engine.BlockSize), recorder,
            _slots.Columns, _settings, null, CancellationToken.None) { Clock = new ServingClock(_arrivals, recorder, _slots) };
        _runtime = RuntimeFactory.Create(parts, settings.Pools is null ? null : new HandoffRecorder(recorder));
        _ranks = [.. _runtime.AllRanks()];
        _thread = new Thread(Run) { IsBackground = true, Name = "engines", Priority = ThreadPriority.AboveNormal };
    }

    /// <summary>What it did so far.</summary>
    public ServingTotals Totals { get; } = new();

    /// <summary>The ranks of all workers, those of a prefill pool first.</summary>
    public IReadOnlyList<Scheduler> Ranks => _ranks;

    /// <summary>How long after their time events were simulated, on the average, milliseconds.</summary>
    public double MeanDelayMs => _arrivals.MeanDelayMs;

    /// <summary>Requests that have not ended.</summary>
    public int InFlight => Volatile.Read(ref _inFlight);

    /// <summary>Why the engines cannot go on; null while they do.</summary>
    public AgentSimException? Failure { get; private set; }

    /// <summary>The engine that a rank belongs to.</summary>
    public EngineConfig EngineOf(int rank) => _settings.Pools is not { } pools ? _settings.Engine
        : rank < pools.PrefillWorkers ? pools.Prefill : pools.Decode;

    /// <summary>Tokens of the longest request that is taken, prompt and output.</summary>
    public long LongestSequence => Enumerable.Range(0, _ranks.Length)
        .Min(rank => Math.Min(EngineOf(rank).MaxModelLen ?? long.MaxValue, EngineOf(rank).CapacityTokens));

    /// <summary>Begins to serve.</summary>
    public void Start() => _thread.Start();

    /// <summary>Why such a request is not taken; null when it is.</summary>
    public string? WhyNever(int promptTokens, int outputTokens) => Feasibility.WhyNever(_settings, promptTokens, outputTokens);

    /// <summary>Takes a request that <see cref="WhyNever"/> has nothing against; false when there are too many, or it has stopped.</summary>
    public bool TrySubmit(ServedRequest request)
    {
        if (Interlocked.Increment(ref _inFlight) <= MostRequests && _arrivals.TryAdd(request)) return true;
        Interlocked.Decrement(ref _inFlight);
        return false;
    }

    /// <summary>Stops; requests that have not ended are broken off.</summary>
    public void Dispose()
    {
        _arrivals.Close();
        if (_thread.IsAlive) _thread.Join();
    }

    [SuppressMessage("Design", "CA1031", Justification = "Whatever ends the engines has to reach those who wait.")]
    private void Run()
    {
        try
        {
            _runtime.Run();
        }
        catch (OperationCanceledException)
        {
            // It was stopped.
        }
        catch (AgentSimException error)
        {
            Failure = error;
        }
        catch (Exception error)
        {
            Failure = Errors.ServedRequestFailed.Error($"the engines failed: {error.Message}", inner: error);
        }

        _arrivals.Close();
        AgentSimException reason = Failure ?? Errors.ServerStopped.Error("the server was stopped");
        foreach (ServedRequest request in _slots.All) request.End(reason);
        while (_arrivals.TakeUpTo(double.PositiveInfinity) is { } request) request.End(reason);
    }
}
