using System.Collections.Concurrent;
using AgentSim.Recording;
using AgentSim.Simulation;
using AgentSim.Workload;

namespace AgentSim.Live;

/// <summary>
/// Sends the requests of a workload when its driver says so. All deadlines are times of one clock; the driver is told of ends by the
/// moments at which they happened, so that what is late once does not make everything behind it late.
/// </summary>
internal sealed class LiveDispatch(
    WorkloadColumns load, LoadDriver driver, ReplaySettings settings, LiveClient client, RequestBody bodies, PromptPieces prompts,
        LiveClock clock) : IDisposable
{
    // A request is made ready so long before its moment, and then goes out at it.
    private const double AheadMs = 0.3;

    private static readonly TimeSpan LastAnswers = TimeSpan.FromMilliseconds(500);

    private readonly ConcurrentQueue<LiveAnswer> _ended = new();
    private readonly AutoResetEvent _wake = new(false);
    private readonly Dictionary<int, LiveAnswer> _underWay = [];
    private double _freed;   // when the last request ended
    private int _done;

    /// <summary>Called before a request is sent; for tests.</summary>
    public Action? BeforeSend { get; init; }

    /// <summary>What became of each request; null: it was never to go out.</summary>
    public LiveAnswer?[] Answers { get; } = new LiveAnswer?[load.InputLength.Length];

    /// <summary>How far it is.</summary>
    public ReplayProgress Progress => new(Volatile.Read(ref _done), Answers.Length, clock.Now);

    /// <summary>Runs to the end, to the time cap, or until it is stopped.</summary>
    /// <param name="stop">Stops it.</param>
    public void Run(CancellationToken stop)
    {
        using CancellationTokenSource abort = CancellationTokenSource.CreateLinkedTokenSource(stop);
        using CancellationTokenRegistration registration = stop.Register(() => _wake.Set());
        double cap = settings.MaxSimTimeMs ?? double.PositiveInfinity;
        while (!stop.IsCancellationRequested && clock.Now < cap)
        {
            while (_ended.TryDequeue(out LiveAnswer? answer))
            {
                End(answer);
                Dispatch(cap, abort.Token);
            }

            if (driver.IsDrained) return;
            Dispatch(cap, abort.Token);
            double next = driver.NextReady;
            if (double.IsPositiveInfinity(next) && _underWay.Count == 0 && _ended.IsEmpty)
                throw Errors.ReplayDeadEnd.Error("no request is under way, and none of those that are left may start");
            clock.Wait(Math.Min(next - AheadMs, cap), _wake);
        }

        abort.Cancel();
        // What is broken off says so at once; what does not is given up.
        double limit = clock.Now + LastAnswers.TotalMilliseconds;
        while (_underWay.Count > 0 && clock.Now < limit)
        {
            if (_ended.TryDequeue(out LiveAnswer? answer)) _underWay.Remove(answer.Request);
            else _wake.WaitOne(20);
        }
    }

    public void Dispose() => _wake.Dispose();

    private void End(LiveAnswer answer)
    {
        _underWay.Remove(answer.Request);
        bool completed = answer.Error is null;
        if (completed)
        {
            AnswerStream stream = answer.Stream!;
            prompts.Ended(answer.Request, stream.OutputTokens ?? stream.TokenTimes.Count, stream.TokenIds);
        }

        _freed = Math.Max(_freed, answer.Ended);
        driver.OnTerminal(answer.Request, answer.Ended, completed);
        _done++;
    }

    private void Dispatch(double cap, CancellationToken abort)
    {
        while (driver.TryPop(Math.Min(clock.Now + AheadMs, cap), out int request, out double ready))
        {
            // In a closed loop a request may go when another has ended.
            var answer = new LiveAnswer(request, settings.Concurrency is null ? ready : Math.Max(ready, _freed));
            Answers[request] = answer;
            _underWay.Add(request, answer);
            BeforeSend?.Invoke();
            _ = Send(answer, abort);
        }
    }

    private async Task Send(LiveAnswer answer, CancellationToken abort)
    {
        try
        {
            ReadOnlyMemory<byte> body = bodies.Of(prompts.Of(answer.Request), load.OutputLength[answer.Request]);
            await client.Send(bodies.Path, body, answer, abort).ConfigureAwait(false);
        }
        catch (Exception error)
        {
            // What nobody thought of is an outcome, too: a request that never ends would hold up the run.
            (answer.Error, answer.ErrorText, answer.Ended) = ("client_error", client.Short(error.Message), clock.Now);
        }

        _ended.Enqueue(answer);
        try
        {
            _wake.Set();
        }
        catch (ObjectDisposedException)
        {
            // The run was stopped, and did not wait for this one.
        }
    }
}
