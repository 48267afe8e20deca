namespace AgentSim.Engines;

/// <summary>A range of values, both ends included.</summary>
/// <param name="Low">The least.</param>
/// <param name="High">The most.</param>
public readonly record struct ValueRange(double Low, double High)
{
    /// <summary>Whether a value is in it.</summary>
    public bool Holds(double value) => value >= Low && value <= High;
}

/// <summary>
/// What the passes of the runs were like that a timing was fitted to. Passes beyond are extrapolated, which is where simulators lie.
/// </summary>
/// <param name="Batch">Requests of a decode step.</param>
/// <param name="ActiveTokens">Tokens in active KV blocks at a decode step.</param>
/// <param name="Context">Mean sequence length at a decode step.</param>
/// <param name="NewTokens">New prompt tokens of a pass.</param>
/// <param name="CachedTokens">Prompt tokens before them, of a request.</param>
public sealed record PassEnvelope(ValueRange Batch, ValueRange ActiveTokens, ValueRange Context, ValueRange NewTokens,
    ValueRange CachedTokens);

/// <summary>Counts how much of the busy time of a run lies outside an envelope.</summary>
internal sealed class EnvelopeCounter(PassEnvelope envelope) : PassObserver
{
    private double _busy;
    private double _outside;

    /// <summary>Share of the busy time, 0 to 1.</summary>
    public double OutsideShare => _busy > 0 ? _outside / _busy : 0;

    public override void Prefill(long requests, long newTokens, long cachedTokens, double ms)
    {
        _busy += ms;
        if (!envelope.NewTokens.Holds(newTokens) || !envelope.CachedTokens.Holds((double)cachedTokens / requests)) _outside += ms;
    }

    public override void Decode(int batch, long activeTokens, long context, int steps, double ms)
    {
        _busy += ms;
        // In a stretch contexts grow by a token a step, and active tokens by no more than one a request.
        double first = Math.Max(envelope.Context.Low - context, (envelope.ActiveTokens.Low - activeTokens) / batch);
        double last = Math.Min(envelope.Context.High - context, (envelope.ActiveTokens.High - activeTokens) / batch);
        double inside = envelope.Batch.Holds(batch) ? Math.Min(Math.Floor(last), steps - 1) - Math.Max(Math.Ceiling(first), 0) + 1 : 0;
        _outside += ms * (1 - (Math.Clamp(inside, 0, steps) / steps));
    }
}

/// <summary>Collects what the passes of runs were like; time weighs.</summary>
internal sealed class EnvelopeRecorder : PassObserver
{
    private const double Tail = 0.001;

    private readonly List<(double Value, double Weight)>[] _samples = [[], [], [], [], []];

    /// <summary>The envelope: the range between the 0.1 and the 99.9 percentile of each quantity.</summary>
    public PassEnvelope Envelope => new(Range(0), Range(1), Range(2), Range(3), Range(4));

    public override void Prefill(long requests, long newTokens, long cachedTokens, double ms)
    {
        _samples[3].Add((newTokens, ms));
        _samples[4].Add(((double)cachedTokens / requests, ms));
    }

    public override void Decode(int batch, long activeTokens, long context, int steps, double ms)
    {
        _samples[0].Add((batch, ms));
        _samples[1].Add((activeTokens, ms / 2));
        _samples[1].Add((activeTokens + ((double)batch * (steps - 1)), ms / 2));
        _samples[2].Add((context, ms / 2));
        _samples[2].Add((context + steps - 1, ms / 2));
    }

    private ValueRange Range(int quantity)
    {
        List<(double Value, double Weight)> samples = _samples[quantity];
        if (samples.Count == 0) return new ValueRange(0, 0);
        samples.Sort((a, b) => a.Value.CompareTo(b.Value));
        double total = samples.Sum(sample => sample.Weight), sum = 0, low = double.NaN;
        foreach ((double value, double weight) in samples)
        {
            sum += weight;
            if (double.IsNaN(low) && sum > Tail * total) low = value;
            if (sum >= (1 - Tail) * total) return new ValueRange(low, value);
        }

        return new ValueRange(low, samples[^1].Value);
    }
}
