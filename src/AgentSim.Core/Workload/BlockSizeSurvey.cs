using System.Numerics;
using AgentSim.Rows;

namespace AgentSim.Workload;

/// <summary>
/// Looks for what is fine in a single row but hardly right in most rows of a workload: prompts that are cut because the block size
/// is wrong, missing lengths and ids, times in another unit. What it finds is refused or becomes warnings of every run.
/// </summary>
internal sealed class BlockSizeSurvey(string source, int blockSize, WorkloadOptions options)
{
    private readonly TimeSurvey _times = new();
    private long _rows;
    private long _cut;
    private long _spare;
    private long _withoutIds;
    private long _withoutLength;
    private long _firstCut;
    private (double Lost, double All) _cutTokens;
    private long _leastSize;                   // the least block size with which no prompt is longer than its ids
    private long _mostSize = long.MaxValue;    // the largest one with which no prompt has more ids than blocks

    public void Add(MooncakeRow row, long line)
    {
        _rows++;
        _times.Add(row);
        if (row.AgenticVersion == 2) return;
        if (MooncakeRowRules.SharesNothing(row)) _withoutIds++;
        else if (row.InputLength is { } input) AddSize(input, row.HashIds?.Count ?? 0, line);
        else _withoutLength++;
    }

    /// <summary>What there is to warn of.</summary>
    /// <exception cref="AgentSimException">More than half of the rows are cut, and nobody allowed that.</exception>
    public IEnumerable<RunWarning> Warnings()
    {
        string size = Setting.TraceBlockSize;
        if (_cut > 0) yield return Cut(size);
        // A block size that is too large cuts nothing, but prompts then share more tokens than they did.
        if (_spare > _rows / 2)
            yield return new RunWarning(WarningCodes.HashIdsSpare,
                $"{source}: {_spare} of {_rows} rows have more hash ids than blocks of {blockSize} tokens{Fitting()}; is {size} right?",
                    _spare);
        if (_withoutIds > 0)
            yield return new RunWarning(WarningCodes.HashIdsMissing,
                $"{source}: {_withoutIds} of {_rows} rows have no hash_ids; their prompts share nothing with any other, so that no " +
                    "prefix cache helps them", _withoutIds);
        if (_withoutLength > 0)
            yield return new RunWarning(WarningCodes.InputLengthMissing,
                $"{source}: {_withoutLength} of {_rows} rows have no input_length; their prompts are taken to fill their hash ids with " +
                    $"{blockSize} tokens each ({size})", _withoutLength);
        if (_times.Doubt() is { } doubt) yield return new RunWarning(WarningCodes.TimesDoubtful, $"{source}: {doubt}", _times.Count);
    }

    private void AddSize(long input, int ids, long line)
    {
        if (input > (long)ids * blockSize)
        {
            if (_cut++ == 0) _firstCut = line;
            _cutTokens = (_cutTokens.Lost + input - ((long)ids * blockSize), _cutTokens.All + input);
        }

        if (ids > 0) _leastSize = Math.Max(_leastSize, (input / ids) + (input % ids == 0 ? 0 : 1));
        if (ids < 2) return;
        if ((ids - 1L) * blockSize >= input) _spare++;
        _mostSize = Math.Min(_mostSize, (input - 1) / (ids - 1));
    }

    private RunWarning Cut(string size)
    {
        string cut = $"{source}:{_firstCut}: {_cut} of {_rows} rows have prompts longer than their hash ids hold at {blockSize} " +
            "tokens each, and are cut "
            + FormattableString.Invariant($"(of their {_cutTokens.All:0} prompt tokens {_cutTokens.Lost:0} are lost){Fitting()}");
        if (_cut * 2 > _rows && !options.AllowCut)
            throw Errors.PromptsCut.Error($"{cut}; give the right {size}, or {Setting.AllowCut} if this is meant");
        return new RunWarning(WarningCodes.PromptsCut, $"{cut}; is {size} right?", _cut);
    }

    // A block size that fits all rows, a power of two if there is one, as block sizes mostly are; empty if there is none.
    private string Fitting()
    {
        if (_leastSize < 1 || _leastSize > _mostSize || _leastSize > int.MaxValue) return "";
        long power = (long)BitOperations.RoundUpToPowerOf2((ulong)_leastSize);
        return $"; {(power <= _mostSize ? power : _leastSize)} tokens fit every row";
    }
}
