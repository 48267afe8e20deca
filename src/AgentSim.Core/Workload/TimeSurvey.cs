using AgentSim.Rows;

namespace AgentSim.Workload;

/// <summary>
/// Finds times that are hardly milliseconds. Seconds read as milliseconds make a load a thousand times as dense as it was, as nobody
/// ever recorded one: 500 prompt tokens and more in every millisecond or, with times that have fractions, a request every 8 ms
/// and faster. Recorded workloads, dense ones too, stay below these bounds by a factor of five.
/// </summary>
internal sealed class TimeSurvey
{
    private const int FewRows = 10;                        // too few to judge by
    private const double TokensPerMs = 500;                // prompt tokens that arrive in a millisecond: the bound for any load
    private const double FractionalTokensPerMs = 150;      // the bound for loads whose times have fractions
    private const double FractionalSpacingMs = 8;          // and for these the least mean time from one request to the next
    private const double ImpossibleTokensPerMs = 5;        // output of one request: 5,000 tokens a second
    private static readonly (double Least, double Most) EpochSeconds = (1e9, 3e9);   // from 2001 to 2065
    private const double EpochMicroseconds = 1e14;         // 1973, and as milliseconds the year 5138

    private readonly Dictionary<string, (double Time, long Output)> _last = new(StringComparer.Ordinal);
    private double _least = double.PositiveInfinity;
    private double _most = double.NegativeInfinity;
    private long _fractional;
    private double _tokens;
    private long _turns;
    private long _impossible;   // turns that arrive before the output of the turn before can be complete

    /// <summary>Rows with a time.</summary>
    public long Count { get; private set; }

    public void Add(MooncakeRow row)
    {
        if ((row.NotBeforeMs ?? row.Timestamp) is not { } time) return;
        Count++;
        _least = Math.Min(_least, time);
        _most = Math.Max(_most, time);
        if (time != Math.Floor(time)) _fractional++;
        _tokens += row.InputLength ?? 0;
        if (row.SessionId is not { } session || row.IsAgentic) return;
        if (_last.TryGetValue(session, out (double Time, long Output) last))
        {
            _turns++;
            if (time - last.Time < last.Output / ImpossibleTokensPerMs) _impossible++;
        }

        _last[session] = (time, row.OutputLength ?? 0);
    }

    /// <summary>Why the times are hardly milliseconds, in one sentence; null when they may well be.</summary>
    public string? Doubt()
    {
        if (Count == 0) return null;
        if (Count > 1 && _least >= EpochSeconds.Least && _most <= EpochSeconds.Most && _most - _least < 1e8)
            return Sentence("seconds since 1970", "multiply them by 1000");
        if (Count > 1 && _least >= EpochMicroseconds)
            return Sentence("microseconds or nanoseconds since 1970", "divide them by 1000 or 1000000");
        double span = _most - _least;
        if (Count < FewRows || span <= 0) return null;
        bool hasFractions = _fractional * 2 > Count;
        bool isTooMuch = _tokens / span >= (hasFractions ? FractionalTokensPerMs : TokensPerMs);
        bool isTooDense = hasFractions && span / (Count - 1) < FractionalSpacingMs;
        bool isTooSoon = _turns >= FewRows && _impossible * 2 > _turns;
        if (!isTooMuch && !isTooDense && !isTooSoon) return null;
        return Sentence(FormattableString.Invariant(
            $"seconds: read as milliseconds, {Count} requests with {_tokens:0} prompt tokens come within {span:0.###} ms"),
                "multiply them by 1000");
    }

    private static string Sentence(string unit, string remedy) =>
        $"the times look like {unit}; times of rows are milliseconds, so {remedy}, or, if the file is a table of others, let " +
            $"{Setting.Import} read it";
}
