using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Json;

namespace AgentSim.Sweeps;

/// <summary>A machine that runs points of a sweep, by a <see cref="SweepWorker"/> there. Every one is driven by a thread of its own.</summary>
public interface ISweepMachine : IDisposable
{
    /// <summary>What messages call it.</summary>
    string Name { get; }

    /// <summary>Sends the parcel and starts the worker.</summary>
    /// <param name="cancellation">Stops that.</param>
    /// <exception cref="Exception">The machine cannot be used; of any type.</exception>
    void Start(CancellationToken cancellation);

    /// <summary>Asks the worker (<see cref="SweepWorker.Answer(string)"/>).</summary>
    /// <param name="request">What to ask.</param>
    /// <param name="cancellation">Stops waiting for the answer.</param>
    /// <exception cref="Exception">The machine is lost; of any type.</exception>
    string Ask(string request, CancellationToken cancellation);
}

/// <summary>
/// Machines that share the points of a sweep. Each gets as many as it runs at the same time, and a new one when one has ended; the
/// points of one that is lost go to others.
/// </summary>
internal sealed class SweepCrew : ISweepRuns
{
    private const int WaitMs = 300;

    private readonly IReadOnlyList<SweepPoint> _points;
    private readonly Action<RunWarning> _onLost;
    private readonly CancellationToken _cancellation;
    private readonly CancellationTokenSource _stop;
    private readonly BlockingCollection<(int Index, SweepOutcome? Outcome, RunWarning? Lost)> _done = [];
    private readonly Task[] _threads;
    private readonly double[] _running;   // by machine

    // Under the lock on it, as is what follows.
    private readonly LinkedList<int> _waiting = new();
    private int _left;
    private int _ended;
    private int _alive;

    public SweepCrew(IReadOnlyList<SweepPoint> points, IReadOnlyList<int> pending, IReadOnlyList<ISweepMachine> machines,
        Action<RunWarning> onLost, CancellationToken cancellation)
    {
        (_points, _onLost, _cancellation) = (points, onLost, cancellation);
        _stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        foreach (int index in pending)
        {
            // In the words of this machine, and at once.
            if (SweepChecks.Fault(points[index]) is { } fault) _done.Add((index, SweepOutcome.Of(fault), null));
            else _waiting.AddLast(index);
        }

        (_left, _ended, _alive) = (_waiting.Count, pending.Count - _waiting.Count, machines.Count);
        _running = new double[machines.Count];
        _threads = [.. machines.Select((machine, number) => Task.Factory.StartNew(
            () => Drive(machine, number), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default))];
    }

    public double Finished
    {
        get
        {
            lock (_waiting) return _ended + _running.Sum();
        }
    }

    public bool TryTake(int waitMs, out int index, [NotNullWhen(true)] out SweepOutcome? outcome)
    {
        bool taken = _done.TryTake(out (int Index, SweepOutcome? Outcome, RunWarning? Lost) item, waitMs, _cancellation);
        (index, outcome) = (item.Index, item.Outcome);
        if (!taken || item.Lost is not { } lost) return taken;
        _onLost(lost);
        int left;
        lock (_waiting) left = _alive == 0 ? _left : 0;
        if (left > 0 && _done.Count == 0)
            throw Errors.SweepMachinesLost.Error($"no machine is left for {left} of {_points.Count} combinations; the last: "
                + $"{lost.Message}");
        return false;
    }

    public void Dispose()
    {
        _stop.Cancel();
        Task.WaitAll(_threads, CancellationToken.None);
        _stop.Dispose();
        _done.Dispose();
    }

    private void Drive(ISweepMachine machine, int number)
    {
        HashSet<int> open = [];
        try
        {
            using (machine)
            {
                if (HasWork()) machine.Start(_stop.Token);
                for (int parallel = 0; HasWork();)
                {
                    int[] start = Take(open, parallel);
                    if (start.Length == 0 && open.Count == 0 && parallel > 0)
                    {
                        _stop.Token.WaitHandle.WaitOne(WaitMs);   // others may be lost
                        continue;
                    }

                    parallel = Exchange(machine, number, start, open);
                }
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // It is over.
        }
        catch (Exception error) when (!_stop.IsCancellationRequested)
        {
            Lose(machine, number, open, error);
        }
        catch
        {
            // It was lost while it was stopped, which matters no more.
        }
    }

    private bool HasWork()
    {
        _stop.Token.ThrowIfCancellationRequested();
        lock (_waiting) return _left > 0;
    }

    // While there is much to do, a machine has the next points before it needs them; in the end it must not keep what others could do.
    private int[] Take(HashSet<int> open, int parallel)
    {
        lock (_waiting)
        {
            int most = _waiting.Count > 4 * parallel * _threads.Length ? 2 * parallel : parallel;
            int[] taken = [.. _waiting.Take(Math.Max(0, most - open.Count))];
            foreach (int index in taken) _waiting.RemoveFirst();
            open.UnionWith(taken);
            return taken;
        }
    }

    private int Exchange(ISweepMachine machine, int number, int[] start, HashSet<int> open)
    {
        string request = JsonSerializer.Serialize(new SweepRequest(start, WaitMs), SweepJobJson.Default.SweepRequest);
        SweepAnswer answer = JsonSerializer.Deserialize(machine.Ask(request, _stop.Token), SweepJobJson.Default.SweepAnswer)!;
        if (answer.Problem is { } problem) throw (Errors.Find(problem.ErrorId) ?? Errors.SweepMachineDiffers).Error(problem.Template);
        foreach (SweepEnd end in answer.Ended)
        {
            (_, SweepOutcome outcome) = CheckpointLines.Outcome(Encoding.UTF8.GetBytes(end.Outcome));
            open.Remove(end.Index);
            lock (_waiting) (_left, _ended) = (_left - 1, _ended + 1);
            _done.Add((end.Index, outcome, null));
        }

        lock (_waiting) _running[number] = answer.Running;
        return answer.Parallel;
    }

    private void Lose(ISweepMachine machine, int number, HashSet<int> open, Exception error)
    {
        lock (_waiting)
        {
            foreach (int index in open.OrderDescending()) _waiting.AddFirst(index);
            _running[number] = 0.0;
            _alive--;
            string points = open.Count == 1 ? "its open combination goes" : $"its {open.Count} open combinations go";
            string then = open.Count == 0 ? "" : _alive > 0 ? $"; {points} to others" : $"; {open.Count} of its combinations were open";
            string reason = error is AgentSimException { Template: var template } ? template : error.Message;
            _done.Add((-1, null, new RunWarning(WarningCodes.SweepMachineLost,
                $"{machine.Name} is lost: {reason.TrimEnd('.')}{then}", Math.Max(1, open.Count))));
        }
    }
}
