using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace AgentSim.Engines;

/// <content>Plans of steps whose lengths follow from the active blocks.</content>
internal sealed partial class DecodeStretch
{
    private const int FewestAtOnce = 16;
    private const int MostAtOnce = 256;

    // Where a crossing comes at least every so many passes, passes are gone through one by one: that is a loop without branches to guess,
    // where loops over the few passes from one crossing to the next end where no processor expects it.
    private const int DensePeriod = 12;

    private BlockCourse _byBlocks;
    private int _lastSteps;   // passes that were done of the last plan

    // A plan by blocks behind the passes computed so far.
    private struct BlockCourse
    {
        public double Horizon;
        public int MaxSteps;
        public DecodeTimes Times;
        public long Context;      // before the first pass of all
        public long Obtainable;
        public int Active;
        public double Step;       // the length of the last pass
    }

    /// <summary>
    /// Plans up to <paramref name="maxSteps"/> passes, ending early with the first that ends at or after
    /// <paramref name="horizon"/> or before the first for which fewer than enough blocks are left. Most plans are cut, so that only the
    /// first passes are computed at once; see <see cref="IsOpen"/>.
    /// </summary>
    public bool Plan(double now, double horizon, int maxSteps, int active, long obtainable, DecodeTimes times, long context)
    {
        Begin(now, 0);
        _byBlocks = new BlockCourse
        {
            Horizon = horizon,
            MaxSteps = maxSteps,
            Times = times,
            Context = context,
            Obtainable = obtainable,
            Active = active,
            Step = double.NaN,
        };
        Steps = _planned = 0;
        (IsOpen, _isByTokens) = (true, false);
        // As many as were done last time.
        ExtendByBlocks(_lastSteps);
        return Steps > 0;
    }

    private void ExtendByBlocks(int count)
    {
        ref BlockCourse course = ref _byBlocks;
        int first = Steps, maxSteps = Math.Min(course.MaxSteps, first + Math.Clamp(count, FewestAtOnce, MostAtOnce));
        if (_ends.Length < maxSteps) Array.Resize(ref _ends, Math.Max(maxSteps, _ends.Length * 2));
        double clock = first == 0 ? Start : _ends[first - 1], horizon = course.Horizon;
        int done = first;
        bool isDense = (long)_crossingsInPeriod * DensePeriod >= _period;
        if (isDense && double.IsPositiveInfinity(horizon)) FollowDense(ref done, maxSteps, ref clock);

        // What is left of them.
        bool isStopped = false;
        int phase = done % _period;
        while (done < maxSteps && clock < horizon && !isStopped)
        {
            int crossing = _crossings[phase];
            isStopped = crossing > course.Obtainable;
            if (isStopped) break;
            if (crossing > 0)
            {
                course.Obtainable -= crossing;
                course.Active += crossing;
                NoteGrowth(done, crossing);
            }

            double step = course.Times[course.Active, course.Context + done];
            AddSegment(done, step, ref course.Step);

            // Until the next crossing all passes are equally long, where the length follows from the blocks alone.
            int next = course.Times.IsTabulated ? NextCrossing(phase + 1) : phase + 1;
            int equal = Math.Min(next - phase, maxSteps - done), before = done;
            phase = next == _period ? 0 : next;
            done += Repeat(_ends.AsSpan(done, equal), step, horizon, ref clock);

            // Passes too short to move the clock follow rules of their own and are not planned.
            isStopped = clock + step == clock;
            while (isStopped && done > before && _ends[done - 1] == (done > 1 ? _ends[done - 2] : Start)) done--;
        }

        Steps = _planned = done;
        IsOpen = !isStopped && done < course.MaxSteps && clock < horizon;
    }

    // Passes one by one, as long as there are blocks for them in any case, their lengths are known and move the clock.
    private void FollowDense(ref int done, int maxSteps, ref double clock)
    {
        ref BlockCourse course = ref _byBlocks;
        int most = maxSteps - done, first = _growths;
        long growth = ((most / _period) + 1L) * _crossingsInPeriod;
        ReadOnlySpan<double> known = course.Times.Known;
        if (growth > course.Obtainable || course.Active + growth >= known.Length) return;
        while (_growth.Length <= first + most) Array.Resize(ref _growth, _growth.Length * 2);

        int made = Step(known[course.Active..], _crossings.AsSpan(0, _period), done, _ends.AsSpan(done, most), ref clock,
            _growth.AsSpan(first), out int noted);
        _growths += noted;
        AddSegments(done, done + made, first, known);
        done += made;
    }

    // The segments of passes of which the growth is noted, whose blocks are taken.
    private void AddSegments(int from, int to, int growth, ReadOnlySpan<double> known)
    {
        int active = _byBlocks.Active;
        double step = _byBlocks.Step;
        if (from < to && (growth == _growths || _growth[growth].Pass > from)) AddSegment(from, known[active], ref step);
        for (; growth < _growths; growth++)
        {
            (int pass, int blocks) = _growth[growth];
            active += blocks;
            AddSegment(pass, known[active], ref step);
        }

        _byBlocks.Obtainable -= active - _byBlocks.Active;
        (_byBlocks.Active, _byBlocks.Step) = (active, step);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void AddSegment(int pass, double length, ref double step)
    {
        if (length != step) _segments.Add(new Segment(pass, length));
        step = length;
    }

    // Fills in the ends of passes and notes their growth; returns how many were made. There is no call in here, so that the clock stays
    // in a register, and it goes by references and native integers, since checks and conversions would be as much as all the rest.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static int Step(ReadOnlySpan<double> lengths, ReadOnlySpan<int> crossings, int first, Span<double> ends, ref double clock,
        Span<Growth> growth, out int noted)
    {
        ref double length = ref MemoryMarshal.GetReference(lengths);
        ref int crossing = ref MemoryMarshal.GetReference(crossings);
        ref double end = ref MemoryMarshal.GetReference(ends);
        ref Growth grown = ref MemoryMarshal.GetReference(growth);
        nint pass = 0, count = ends.Length, phase = first % crossings.Length, period = crossings.Length, active = 0, notes = 0;
        double time = clock;
        for (; pass < count; pass++)
        {
            nint blocks = Unsafe.Add(ref crossing, phase);
            double after = time + Unsafe.Add(ref length, active + blocks);
            if (after == time) break;   // also where the length is not known yet, which is 0 then
            active += blocks;
            // Noted every time, and kept where there was any.
            Unsafe.Add(ref grown, notes) = new Growth(first + (int)pass, (int)blocks);
            notes += blocks != 0 ? 1 : 0;
            Unsafe.Add(ref end, pass) = time = after;
            phase++;
            phase = phase == period ? 0 : phase;
        }

        (clock, noted) = (time, (int)notes);
        return (int)pass;
    }

    // Fills in the ends of equally long passes, up to the one that reaches the horizon; returns how many. There is no call in here, so that
    // the clock stays in a register.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static int Repeat(Span<double> ends, double step, double horizon, ref double clock)
    {
        double time = clock;
        int done = 0;
        for (; done < ends.Length && time < horizon; done++) ends[done] = time += step;
        clock = time;
        return done;
    }
}
