using AgentSim.Collections;

namespace AgentSim.Engines;

/// <summary>
/// Consecutive decode passes over an unchanging batch, planned in one go (behaviour 02#14): every pass emits one
/// token per request and differs from the one before only in the clock and in the blocks that sequences grow into.
/// A pass costs one dependent addition; the state of the sequences is a function of the number of passes done and is
/// brought up to date only when the stretch ends or is cut short.
/// </summary>
internal sealed partial class DecodeStretch
{
    /// <summary>Passes <c>[First, next segment's First)</c> last <see cref="StepMs"/> each; not-a-number: each its own time.</summary>
    public readonly record struct Segment(int First, double StepMs);

    /// <summary>
    /// Most passes to plan at once: enough to make planning cheap, few enough to be thrown away when a stretch is cut
    /// short, and to notice a caller that wants to stop.
    /// </summary>
    public const int MostSteps = 16_384;

    private const int ShortestReach = 32;
    private const int StepsOfExtension = 64;

    /// <summary>The empty plan of engines that never plan.</summary>
    public static readonly DecodeStretch None = new();

    private double[] _ends = new double[MostAtOnce];
    private int[] _crossings = [];    // by pass number modulo block size: sequences that grow into a new block
    private ulong[] _crossed = [];    // bit per element of it that is not 0
    private int _crossingsInPeriod;
    private int _period = 1;
    private int _planned;             // passes in the plan before it was cut
    private int _reach = MostSteps;   // passes to plan at most
    private GrowList<Segment> _segments;
    private Course _course;           // how a plan by tokens that is open goes on
    private bool _isByTokens;

    // A plan by tokens: what it was made with, and the blocks that are left behind the passes computed so far.
    private readonly record struct Course(double Horizon, int MaxSteps, long Tokens, int Batch, DecodeTimes Times, long Obtainable);

    /// <summary>
    /// More passes may follow those computed so far: <see cref="Extend"/> computes some of them. Nothing but that tells whether the last
    /// one computed is the last one planned.
    /// </summary>
    public bool IsOpen { get; private set; }

    /// <summary>Number of planned passes, 0 when there is no plan.</summary>
    public int Steps { get; private set; }

    /// <summary>What <see cref="Steps"/> can become while the plan is open.</summary>
    public int MostToCome => !IsOpen ? Steps : _isByTokens ? _course.MaxSteps : _byBlocks.MaxSteps;

    /// <summary>Start of the first pass.</summary>
    public double Start { get; private set; }

    /// <summary>End of the last planned pass.</summary>
    public double End => _ends[Steps - 1];

    /// <summary>Start of the last planned pass.</summary>
    public double LastStart => Steps == 1 ? Start : _ends[Steps - 2];

    /// <summary>Ends of the planned passes, in simulated milliseconds.</summary>
    public ReadOnlySpan<double> Ends => _ends.AsSpan(0, Steps);

    public ReadOnlySpan<Segment> Segments => _segments.AsSpan();

    /// <summary>Forgets the block crossings of the last plan; <see cref="AddSequence"/> them anew.</summary>
    public void Prepare(int blockSize, int maxSteps)
    {
        if (_crossingsInPeriod > 0) ClearCrossings();
        _crossingsInPeriod = 0;
        ForgetGrowth();
        _period = Math.Min(blockSize, maxSteps);
        if (_crossings.Length < _period)
        {
            Array.Resize(ref _crossings, Math.Max(_period, _crossings.Length * 2));
            Array.Resize(ref _crossed, (_crossings.Length + 63) / 64);
        }

        Steps = 0;
        IsOpen = false;
    }

    /// <summary>A sequence of the batch, by its allocated tokens: it needs a block whenever they fill the last one.</summary>
    public void AddSequence(int allocated, int blockSize)
    {
        int inBlock = allocated % blockSize;
        int first = inBlock == 0 ? 0 : blockSize - inBlock;
        if (first >= _period) return;
        _crossings[first]++;
        _crossed[first >> 6] |= 1UL << (first & 63);
        _crossingsInPeriod++;
    }

    /// <summary>
    /// Plans like <see cref="Plan"/> for an engine whose steps depend on all tokens of the batch: <paramref name="tokens"/>
    /// before the first pass, one more a pass for each of the <paramref name="batch"/> sequences. Such steps are not cheap, and most
    /// plans are cut, so that only the first passes are computed at once; see <see cref="IsOpen"/>.
    /// </summary>
    public bool PlanByTokens(double now, double horizon, int maxSteps, long tokens, int batch, long obtainable, DecodeTimes times)
    {
        _course = new Course(horizon, Begin(now, maxSteps), tokens, batch, times, obtainable);
        _segments.Add(new Segment(0, double.NaN));
        Steps = _planned = 0;
        (IsOpen, _isByTokens) = (true, true);
        ExtendByTokens();
        return Steps > 0;
    }

    /// <summary>Computes some more passes of a plan that is open. Afterwards there are more, or it is open no longer.</summary>
    public void Extend()
    {
        if (_isByTokens) ExtendByTokens();
        else ExtendByBlocks(Steps / 2);
    }

    private void ExtendByTokens()
    {
        (double horizon, int maxSteps, long tokens, int batch, DecodeTimes times, long obtainable) = _course;
        int done = Steps, count = Math.Min(StepsOfExtension, maxSteps - done);
        int room = PassesWithin(ref obtainable, done, count);
        double clock = done == 0 ? Start : _ends[done - 1];
        int made = times.Ends(_ends.AsSpan(done, room), tokens + ((long)done * batch), batch, horizon, ref clock);
        Steps = _planned = done + made;
        IsOpen = made == count && Steps < maxSteps && clock < horizon;
        _course = _course with { Obtainable = obtainable };
    }

    /// <summary>
    /// Passes that have started when the clock shows <paramref name="now"/>; one that would start right then counts
    /// only if workers were driven at this time already.
    /// </summary>
    public int StartedBy(double now, bool driven)
    {
        int started = EndedBefore(now) + 1;
        return started < Steps && HasStarted(started, now, driven) ? started + 1 : Math.Min(started, Steps);
    }

    /// <summary>Passes that have ended when the clock shows <paramref name="now"/>.</summary>
    public int EndedBy(double now)
    {
        int ended = EndedBefore(now);
        return ended < Steps && _ends[ended] == now ? ended + 1 : ended;
    }

    /// <summary>Ends the plan after <paramref name="steps"/> passes.</summary>
    public void CutAfter(int steps)
    {
        Steps = steps;
        IsOpen = false;
    }

    /// <summary>
    /// Drops the plan. The next one may be twice as long as what was done of it: what is planned further ahead is mostly cut.
    /// </summary>
    public void Clear()
    {
        _lastSteps = Steps;
        _reach = Math.Clamp(Steps < _planned ? 2 * Steps : 2 * _reach, ShortestReach, MostSteps);
        Steps = 0;
        IsOpen = false;
    }

    // Pass k > 0 starts where pass k - 1 ends.
    private bool HasStarted(int pass, double now, bool driven) =>
        pass == 0 || _ends[pass - 1] < now || (driven && _ends[pass - 1] == now);
}
