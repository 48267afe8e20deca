namespace AgentSim.Rows;

/// <summary>What the lines of one file of plain rows say beyond their rows, counted while it is read and told at its end.</summary>
internal sealed class RowRemarks(string path)
{
    private (long Line, long Count) _waiting;   // rows with a wait_for, which plain rows pass over
    private (long Line, long Count) _bailian;   // rows in seconds

    public void Add(RowParser parser, long line)
    {
        if (parser.HasWaiting) _waiting = (_waiting.Count == 0 ? line : _waiting.Line, _waiting.Count + 1);
        if (parser.HasChatColumns) _bailian = (_bailian.Count == 0 ? line : _bailian.Line, _bailian.Count + 1);
    }

    /// <summary>Adds what was counted of later lines.</summary>
    public void Add(RowRemarks later)
    {
        _waiting = Sum(_waiting, later._waiting);
        _bailian = Sum(_bailian, later._bailian);

        static (long Line, long Count) Sum((long Line, long Count) first, (long Line, long Count) second) =>
            (first.Count == 0 ? second.Line : first.Line, first.Count + second.Count);
    }

    public void Tell(Action<RunWarning> onWarning)
    {
        if (_waiting.Count > 0) onWarning(FormatAdvice.OnLostWaiting(path, _waiting.Line, _waiting.Count));
        if (_bailian.Count > 0) onWarning(FormatAdvice.OnOtherUnits(path, _bailian.Line, _bailian.Count));
    }
}
