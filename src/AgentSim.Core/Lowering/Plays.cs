namespace AgentSim.Lowering;

/// <summary>The play of every session: the tree of sessions it belongs to, named after the topmost one (behaviour 01#12.4, item
/// 6).</summary>
internal sealed class Plays
{
    private const int Unknown = -1, Open = -2;

    private readonly int[] _top;   // session -> topmost ancestor; Unknown for sessions without requests

    /// <exception cref="AgentSimException">A parent has no requests, or sessions are parents of each other.</exception>
    public Plays(RequestTable table)
    {
        SessionTable sessions = table.Sessions;
        _top = new int[sessions.Count];
        Array.Fill(_top, Unknown);
        var path = new Stack<int>();
        for (int start = 0; start < _top.Length; start++)
        {
            if (table.SessionRows(start).IsEmpty) continue;
            int session = start;
            while (_top[session] == Unknown && sessions.Parent(session) is { } name)
            {
                _top[session] = Open;
                path.Push(session);
                int parent = sessions.Find(name);
                if (parent < 0 || table.SessionRows(parent).IsEmpty)
                    throw table.Place(table.SessionRows(session)[0]).Error(Errors.TraceParentMissing,
                        $"session {Quote.Of(sessions.Name(session))} has parent {Quote.Of(name)}, which has no requests in this trace");
                session = parent;
            }

            if (_top[session] == Open)
                throw table.Place(table.SessionRows(session)[0]).Error(Errors.TraceCycle,
                    $"session {Quote.Of(sessions.Name(session))} is an ancestor of itself; check the parent sessions");
            if (_top[session] == Unknown) _top[session] = session;
            while (path.TryPop(out int below)) _top[below] = _top[session];
        }
    }

    /// <summary>The topmost ancestor of a session that has requests.</summary>
    public int Of(int session) => _top[session];
}
