using System.Collections.Concurrent;
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
    /// <summary>Requests at a time unless told otherwise.</summary>
    public const int MostRequests = 16_384;

    private const int FewestBlocks = 1 << 20;

    private readonly ReplaySettings _settings;
    private readonly ulong[] _words;
    private readonly Action<AgentSimException>? _onRestart;
    private readonly ArrivalQueue _arrivals;
    private readonly Thread _thread;
    private readonly ConcurrentQueue<ServedRequest> _abandoned = new();
    private readonly List<ServedRequest> _toCut = [];   // only for the thread of the engines
    private Workers _workers;
    private int _inFlight;

    /// <param name="settings">How a replay of the same requests would be done.</param>
    /// <param name="speed">Simulated time per time.</param>
    /// <param name="turnaroundMs">How long clients may take to follow on an answer (<see cref="ServerOptions.TurnaroundMs"/>).</param>
    /// <param name="words">What the words of outputs are as tokens of prompts.</param>
    /// <param name="onRestart">Told when the workers reached a dead end and are started anew.</param>
    /// <param name="mostRequests">Requests at a time.</param>
    public ServedEngine(
        ReplaySettings settings, double speed, double turnaroundMs, ulong[] words, Action<AgentSimException>? onRestart = null,
            int mostRequests = MostRequests)
    {
        // By passes: what a stretch of them plans ahead is known too late for those who wait for its tokens.
        _settings = settings with { StepByStep = true, Concurrency = null, MaxSimTimeMs = null, RecordsKvUse = false };
        (_words, _onRestart, Most) = (words, onRestart, mostRequests);
        _arrivals = new ArrivalQueue(speed, turnaroundMs);
        _workers = NewWorkers();
        _thread = new Thread(Run) { IsBackground = true, Name = "engines", Priority = ThreadPriority.AboveNormal };
    }

    /// <summary>Requests at a time.</summary>
    private int Most { get; }

    /// <summary>What it did so far.</summary>
    public ServingTotals Totals { get; } = new();

    /// <summary>The ranks of all workers, those of a prefill pool first.</summary>
    public IReadOnlyList<Scheduler> Ranks => Volatile.Read(ref _workers).Ranks;

    /// <summary>How long after their time events were simulated, on the average, milliseconds.</summary>
    public double MeanDelayMs => _arrivals.MeanDelayMs;

    /// <summary>Requests that have not ended.</summary>
    public int InFlight => Volatile.Read(ref _inFlight);

    /// <summary>Why nothing is served any more; null while it is.</summary>
    public AgentSimException? Failure { get; private set; }

    /// <summary>Tokens of the longest request that is taken, prompt and output.</summary>
    public long LongestSequence => Enumerable.Range(0, Ranks.Count)
        .Min(rank => Math.Min(EngineOf(rank).MaxModelLen ?? long.MaxValue, EngineOf(rank).CapacityTokens));

    /// <summary>The engine that a rank belongs to.</summary>
    public EngineConfig EngineOf(int rank) => _settings.Pools is not { } pools ? _settings.Engine
        : rank < pools.PrefillWorkers ? pools.Prefill : pools.Decode;

    /// <summary>Begins to serve.</summary>
    public void Start() => _thread.Start();

    /// <summary>Why such a request is not taken; null when it is.</summary>
    public string? WhyNever(int promptTokens, int outputTokens) => Feasibility.WhyNever(_settings, promptTokens, outputTokens);

    /// <summary>
    /// Takes a request that <see cref="WhyNever"/> has nothing against; false when there are too many, or it has stopped.
    /// </summary>
    public bool TrySubmit(ServedRequest request)
    {
        if (Interlocked.Increment(ref _inFlight) <= Most && _arrivals.TryAdd(request)) return true;
        Interlocked.Decrement(ref _inFlight);
        return false;
    }

    /// <summary>
    /// The client of a request is gone: it ends with the next token that it gets, and gives its KV blocks back.
    /// </summary>
    public void Abandon(ServedRequest request)
    {
        request.Abandon();
        _abandoned.Enqueue(request);
    }

    /// <summary>Tokens that were due at a simulated time are on their way to the client.</summary>
    public void TokensLeft(double due) => _arrivals.TokensLeft(due);

    /// <summary>Stops; requests that have not ended are broken off.</summary>
    public void Dispose()
    {
        _arrivals.Close();
        if (_thread.IsAlive) _thread.Join();
    }

    private Workers NewWorkers()
    {
        ServedSlots slots = new(Most);
        slots.WhenFreed(() => Interlocked.Decrement(ref _inFlight));
        ServedRecorder recorder = new(slots, Totals, _arrivals.AnswerEnded);
        EngineConfig engine = _settings.Pools?.Decode ?? _settings.Engine;
        ServedPrompts prompts = new(slots, _words, (int)engine.BlockSize, MostBlocks());
        RuntimeParts parts = new(new ServedDriver(_arrivals, slots, recorder, CutShort), prompts, recorder, slots.Columns, _settings, null,
            CancellationToken.None) { Clock = new ServingClock(_arrivals, recorder, slots) };
        ReplayRuntime runtime = RuntimeFactory.Create(parts, _settings.Pools is null ? null : new HandoffRecorder(recorder));
        return new Workers(slots, runtime, [.. runtime.AllRanks()]);
    }

    // A few times what all caches hold, so that hardly anything is forgotten that a worker still has.
    private int MostBlocks()
    {
        (long first, long second) = _settings.Pools is { } pools
            ? (pools.Prefill.NumGpuBlocks * pools.PrefillWorkers, pools.Decode.NumGpuBlocks * pools.DecodeWorkers)
            : (_settings.Engine.NumGpuBlocks * _settings.Workers * _settings.Engine.DpSize, 0);
        return (int)Math.Clamp(4.0 * ((double)first + second), FewestBlocks, 16.0 * FewestBlocks);
    }

    // Requests can bring the workers of a deployment to a dead end, for example when pools wait for each other's KV. Where a replay ends
    // with an error, a server starts its workers anew: those requests fail, and others are served.
    [SuppressMessage("Design", "CA1031", Justification = "Whatever ends the engines has to reach those who wait.")]
    private void Run()
    {
        while (Failure is null)
        {
            try
            {
                _workers.Runtime.Run();
            }
            catch (OperationCanceledException)
            {
                Failure = Errors.ServerStopped.Error("the server was stopped");
                BreakOff(Failure);
            }
            catch (AgentSimException error)
            {
                // First the cause, so that whoever sees a request end by it has been told.
                _onRestart?.Invoke(error);
                BreakOff(Errors.ServedRequestFailed.Error($"the simulated workers were started anew: {error.Template}", inner: error));
                Volatile.Write(ref _workers, NewWorkers());
            }
            catch (Exception error)
            {
                Failure = Errors.ServedRequestFailed.Error($"the simulated workers failed: {error.Message}", inner: error);
                BreakOff(Failure);
            }
        }

        _arrivals.Close();
        while (_arrivals.TakeUpTo(double.PositiveInfinity, null) is { } request)
        {
            request.End(Failure);
            Interlocked.Decrement(ref _inFlight);
        }
    }

    // Requests are not taken out of the engines: their outputs become shorter, so that they end like all others. What waits in a router,
    // or is handed from one pool to another, is not in an engine, and has to wait for that.
    private void CutShort()
    {
        while (_abandoned.TryDequeue(out ServedRequest? request)) _toCut.Add(request);
        for (int i = _toCut.Count - 1; i >= 0; i--)
        {
            ServedRequest request = _toCut[i];
            if (request.HasEnded || (request.Slot >= 0 && TryCutShort(request.Slot))) _toCut.RemoveAt(i);
        }
    }

    private bool TryCutShort(int slot)
    {
        // A prefill worker does not make the output.
        for (int rank = _settings.Pools?.PrefillWorkers ?? 0; rank < _workers.Ranks.Length; rank++)
        {
            if (_workers.Ranks[rank].TryCutShort(slot)) return true;
        }

        return false;
    }

    private void BreakOff(AgentSimException reason)
    {
        foreach (ServedRequest request in _workers.Slots.All)
        {
            request.End(reason);
            request.HasEnded = true;
            Totals.Failed();
            Interlocked.Decrement(ref _inFlight);
        }
    }

    // The workers, with what else has to begin anew with them.
    private sealed record Workers(ServedSlots Slots, ReplayRuntime Runtime, Scheduler[] Ranks);
}
