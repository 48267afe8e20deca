using System.Globalization;
using AgentSim.Files;
using AgentSim.Rows;

namespace AgentSim.Workload;

/// <summary>
/// Turns applied-compute sessions into turns: every prompt is the one before plus the response and the tool output,
/// its blocks unique but for a prefix that sessions of one group share (behaviour 01#6.5).
/// </summary>
internal sealed class AppliedComputeExpansion
{
    private const ulong SharedIds = 0xA63E000000000000;

    private readonly int _blockSize;
    private readonly double _sharedRatio;
    private readonly int _groups;
    private ulong _nextUnique = 1;

    public AppliedComputeExpansion(int traceBlockSize, double sharedPrefixRatio, int prefixGroups)
    {
        if (!(sharedPrefixRatio >= 0.0 && sharedPrefixRatio <= 1.0))
            throw Errors.ReplaySettingsInvalid.Error($"{Setting.TraceSharedPrefixRatio} must be from 0 to 1");
        if (prefixGroups < 0) throw Errors.ReplaySettingsInvalid.Error($"{Setting.TracePrefixGroups} must not be negative");
        (_blockSize, _sharedRatio, _groups) = (traceBlockSize, sharedPrefixRatio, prefixGroups);
    }

    public IEnumerable<AtLine<MooncakeRow>> Expand(AtLine<AppliedComputeSession> session, RowPlace place)
    {
        AppliedComputeSession lengths = session.Value;
        string name = FormattableString.Invariant($"applied_compute_agentic_session_{session.Line}");
        long? group = _sharedRatio > 0 && _groups > 0 ? (session.Line - 1) % _groups : null;
        long length = lengths.InputPromptLength;
        long shared = (long)Math.Round(Blocks(length) * _sharedRatio, MidpointRounding.AwayFromZero);
        List<ulong> ids = [];
        double delay = 0.0;
        for (int turn = 0; turn <= lengths.NumTurns; turn++)
        {
            if (length > int.MaxValue)
                throw place.Error(Errors.RowInvalid, $"the prompt grows to {length} tokens; lengths go up to {int.MaxValue} tokens");
            if (Blocks(length) > InputLimits.PromptBlocks.Value)
                throw place.Error(Errors.PromptTooLarge,
                    $"the prompt grows to {Count(Blocks(length))} blocks of {_blockSize} tokens, more than " +
                        $"{Count(InputLimits.PromptBlocks.Value)}; give a larger {Setting.TraceBlockSize} " +
                    $"({InputLimits.PromptBlocks.Raise})");
            Extend(ids, Blocks(length), group, shared);
            bool isLast = turn == lengths.NumTurns;
            yield return new AtLine<MooncakeRow>(
                new MooncakeRow
                {
                    SessionId = name,
                    InputLength = length,
                    OutputLength = isLast ? lengths.FinalAssistantResponseLength : lengths.AssistantResponseLength[turn],
                    HashIds = ids.ToArray(),
                    Delay = delay,
                },
                session.Line);
            if (isLast) yield break;
            length = checked(length + lengths.AssistantResponseLength[turn] + lengths.ToolCallOutputLength[turn]);
            delay = lengths.ToolCallLatency[turn] * 1000.0;
        }
    }

    private static string Count(long number) => number.ToString("N0", CultureInfo.InvariantCulture);

    private long Blocks(long tokens) => (tokens + _blockSize - 1) / _blockSize;

    private void Extend(List<ulong> ids, long count, long? group, long shared)
    {
        for (int i = ids.Count; i < count; i++)
            ids.Add(i < shared && group is long g ? SharedIds | ((ulong)g << 32) | (uint)i : _nextUnique++);
    }
}
