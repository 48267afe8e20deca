namespace AgentSim.Statistics;

// The gaps of steps, gathered by the length of a step: batches of the same size come again and again, and what they share is added once.
internal sealed partial class GapStatistics
{
    private const int KeptBits = 11;

    // More than what the rounding of a product and of a quotient can differ by.
    private const double Rounding = 1e-15;

    private readonly KeptSteps[] _kept = new KeptSteps[1 << KeptBits];   // by hash of the length
    private bool _hasKept;
    private double _shortest = double.PositiveInfinity;                  // means of the stretches that are or were kept
    private double _longest = double.NegativeInfinity;
    private double _maybeShortest = double.PositiveInfinity;             // only means below and above these can be the like
    private double _maybeLongest = double.NegativeInfinity;

    private struct KeptSteps
    {
        public double StepMs;   // 0: none
        public double Gaps;     // sum of all samples
        public long Samples;
    }

    /// <summary>
    /// Adds the gaps of a stretch of decode steps of equal length, which differ only by the rounding of the clock.
    /// Returns false, and adds nothing, when a bucket edge is so near, or the clock so far, that the gaps may fall on both
    /// sides of an edge; the caller then adds them one by one.
    /// </summary>
    /// <param name="stepMs">Length of a step, more than 0.</param>
    /// <param name="steps">Number of steps, at least 1.</param>
    /// <param name="startMs">The clock at the start of the stretch.</param>
    /// <param name="endMs">The clock at its end: later by the sum of the gaps.</param>
    /// <param name="multiplicity">Requests that share each gap, at least 1.</param>
    public bool AddStretch(double stepMs, int steps, double startMs, double endMs, int multiplicity)
    {
        if (!(stepMs > 0.0) || endMs > stepMs * MostStepsOfClock) return false;
        ulong hash = BitConverter.DoubleToUInt64Bits(stepMs) * 0x9E3779B97F4A7C15;
        ref KeptSteps kept = ref _kept[(int)(hash >> (64 - KeptBits))];
        if (kept.StepMs != stepMs && !TryKeep(ref kept, stepMs)) return false;
        double gaps = endMs - startMs;
        if (gaps < _maybeShortest * steps || gaps > _maybeLongest * steps) NoteExtremes(gaps / steps);
        kept.Gaps += gaps * multiplicity;
        kept.Samples += (long)steps * multiplicity;
        return true;
    }

    // Makes room for steps of another length.
    private bool TryKeep(ref KeptSteps kept, double stepMs)
    {
        if (!LogBuckets.TryKeyOfAllNear(stepMs, out _) || !LogBuckets.TryKeyOfAllNear(1000.0 / stepMs, out _)) return false;
        AddKept(ref kept);
        kept.StepMs = stepMs;
        _hasKept = true;
        return true;
    }

    // The mean of several stretches is no extreme, so that those of each are noted at once.
    private void NoteExtremes(double mean)
    {
        if (mean < _shortest) (_shortest, _maybeShortest) = (mean, mean * (1.0 + Rounding));
        if (mean > _longest) (_longest, _maybeLongest) = (mean, mean * (1.0 - Rounding));
        _gaps.Widen(mean);
        _rates.Widen(1000.0 / mean);
    }

    private void AddKept()
    {
        AddRepeated();
        if (!_hasKept) return;
        foreach (ref KeptSteps kept in _kept.AsSpan()) AddKept(ref kept);
        _hasKept = false;
    }

    private void AddKept(ref KeptSteps kept)
    {
        if (kept.Samples > 0)
        {
            double mean = kept.Gaps / kept.Samples;
            _gaps.AddWithin(mean, kept.Samples);
            _rates.AddWithin(1000.0 / mean, kept.Samples);
            _gapSketch.Add(LogBuckets.KeyOf(kept.StepMs), kept.Samples);
            _rateSketch.Add(LogBuckets.KeyOf(1000.0 / kept.StepMs), kept.Samples);
        }

        kept = default;
    }
}
