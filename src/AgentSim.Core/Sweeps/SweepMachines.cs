using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Json;
using AgentSim.Simulation;

namespace AgentSim.Sweeps;

/// <summary>A machine that runs points of a sweep, by a <see cref="SweepWorker"/> there. It is driven by one thread.</summary>
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
/// Machines that share the points of a sweep, or of several one after the other. Each gets as many as it runs at the same time, and a
/// new one when one has ended; the points of one that is lost go to others.
/// </summary>
public sealed class SweepMachines : IDisposable
{
    private const int WaitMs = 500, IdleMs = 50;

    private readonly Action<RunWarning> _onLost;
    private readonly CancellationTokenSource _stop;
    private readonly BlockingCollection<(Assignment? Ended, SweepOutcome? Outcome, RunWarning? Lost)> _done = [];
    private readonly Task[] _threads;
    private readonly double[] _running;   // by machine

    // Under the lock on it, as is what follows.
    private readonly LinkedList<Assignment> _waiting = new();
    private int _left;
    private int _alive;
    private int _last;
    private string _lastLost = "there is none";

    /// <summary>Takes machines, which are made ready when there is something to do and disposed of in the end.</summary>
    /// <param name="machines">The machines.</param>
    /// <param name="onLost">Told of each machine that is lost, on the thread that enumerates rows.</param>
    /// <param name="cancellation">Stops everything.</param>
    public SweepMachines(IReadOnlyList<ISweepMachine> machines, Action<RunWarning> onLost, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(machines);
        ArgumentNullException.ThrowIfNull(onLost);
        _onLost = onLost;
        _stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        _alive = machines.Count;
        _running = new double[machines.Count];
        _threads = [.. machines.Select((machine, number) => Task.Factory.StartNew(
            () => Drive(machine, number), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default))];
    }

    /// <summary>Stops what is still being run, and leaves nothing on the machines.</summary>
    public void Dispose()
    {
        _stop.Cancel();
        Task.WaitAll(_threads, CancellationToken.None);
        _stop.Dispose();
        _done.Dispose();
    }

    internal ISweepRuns Start(IReadOnlyList<SweepPoint> points, IReadOnlyList<int> pending)
    {
        lock (_waiting)
        {
            foreach (int index in pending)
            {
                // What cannot be replayed is known at once, in the words of this machine.
                var assignment = new Assignment(_last++, index, points[index].Settings);
                if (SweepChecks.Fault(points[index]) is { } fault)
                    _done.Add((assignment, SweepOutcome.Of(fault), null), CancellationToken.None);
                else _waiting.AddLast(assignment);
            }

            _left = _waiting.Count;
        }

        return new Round(this);
    }

    private bool TryTake(int waitMs, out int index, [NotNullWhen(true)] out SweepOutcome? outcome)
    {
        bool taken = _done.TryTake(out (Assignment? Ended, SweepOutcome? Outcome, RunWarning? Lost) item, waitMs, _stop.Token);
        (index, outcome) = (item.Ended?.Index ?? -1, item.Outcome);
        if (item.Lost is { } lost) _onLost(lost);
        if (outcome is not null) return true;
        lock (_waiting)
        {
            if (_alive == 0 && _left > 0 && _done.Count == 0)
                throw Errors.SweepMachinesLost.Error($"no machine is left for {_left} combinations; the last: {_lastLost}");
        }

        return false;
    }

    private void Drive(ISweepMachine machine, int number)
    {
        var open = new Dictionary<int, Assignment>();
        try
        {
            using (machine)
            {
                bool isStarted = false;
                for (int parallel = 0; ;)
                {
                    _stop.Token.ThrowIfCancellationRequested();
                    Assignment[] start = Take(open, parallel, out bool hasWork);
                    if (!hasWork || (start.Length == 0 && open.Count == 0 && parallel > 0))
                    {
                        _stop.Token.WaitHandle.WaitOne(IdleMs);   // another may be lost, or another round begin
                        continue;
                    }

                    if (!isStarted) machine.Start(_stop.Token);
                    isStarted = true;
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
            Lose(machine, number, open.Values, error);
        }
        catch
        {
            // It was lost while it was stopped, which matters no more.
        }
    }

    // While there is much to do, a machine has the next points before it needs them; in the end it must not keep what others could do.
    private Assignment[] Take(Dictionary<int, Assignment> open, int parallel, out bool hasWork)
    {
        lock (_waiting)
        {
            hasWork = _waiting.Count > 0 || open.Count > 0;
            int most = _waiting.Count > 4 * parallel * _running.Length ? 2 * parallel : parallel;
            Assignment[] taken = [.. _waiting.Take(Math.Max(0, most - open.Count))];
            foreach (Assignment assignment in taken)
            {
                _waiting.RemoveFirst();
                open.Add(assignment.Number, assignment);
            }

            return taken;
        }
    }

    private int Exchange(ISweepMachine machine, int number, Assignment[] start, Dictionary<int, Assignment> open)
    {
        var request = new SweepRequest([.. start.Select(each => new SweepStart(each.Number, JobPoint.Of(each.Settings)))], WaitMs);
        string text = machine.Ask(JsonSerializer.Serialize(request, SweepJobJson.Default.SweepRequest), _stop.Token);
        SweepAnswer answer = JsonSerializer.Deserialize(text, SweepJobJson.Default.SweepAnswer)!;
        if (answer.Problem is { } problem) throw (Errors.Find(problem.ErrorId) ?? Errors.SweepMachineDiffers).Error(problem.Template);
        foreach (SweepEnd end in answer.Ended)
        {
            (_, SweepOutcome outcome) = CheckpointLines.Outcome(Encoding.UTF8.GetBytes(end.Outcome));
            open.Remove(end.Number, out Assignment? ended);
            lock (_waiting) _left--;
            _done.Add((ended, outcome, null), CancellationToken.None);
        }

        lock (_waiting) _running[number] = answer.Running;
        return answer.Parallel;
    }

    private void Lose(ISweepMachine machine, int number, IReadOnlyCollection<Assignment> open, Exception error)
    {
        lock (_waiting)
        {
            foreach (Assignment assignment in open.OrderByDescending(each => each.Number)) _waiting.AddFirst(assignment);
            _running[number] = 0.0;
            _alive--;
            string points = open.Count == 1 ? "its open combination goes" : $"its {open.Count} open combinations go";
            string then = open.Count == 0 ? "" : _alive > 0 ? $"; {points} to others" : $"; {open.Count} of its combinations were open";
            string reason = error is AgentSimException { Template: var template } ? template : Quote.Line(error.Message);
            _lastLost = $"{machine.Name} is lost: {reason.TrimEnd('.')}{then}";
            var lost = new RunWarning(WarningCodes.SweepMachineLost, _lastLost, Math.Max(1, open.Count));
            _done.Add((null, null, lost), CancellationToken.None);
        }
    }

    /// <summary>A point that a machine is to run.</summary>
    private sealed record Assignment(int Number, int Index, ReplaySettings Settings);

    /// <summary>The points of one sweep.</summary>
    private sealed class Round(SweepMachines machines) : ISweepRuns
    {
        private int _ended;

        public double Finished
        {
            get
            {
                lock (machines._waiting) return _ended + machines._running.Sum();
            }
        }

        public bool TryTake(int waitMs, out int index, [NotNullWhen(true)] out SweepOutcome? outcome)
        {
            bool taken = machines.TryTake(waitMs, out index, out outcome);
            if (taken) _ended++;
            return taken;
        }

        // What is still open then was not waited for, and goes when the machines do.
        public void Dispose()
        {
        }
    }
}
