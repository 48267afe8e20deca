namespace AgentSim.Sessions;

/// <summary>The families that sessions and their children form.</summary>
internal static class SessionTree
{
    /// <summary>
    /// Ties sessions to their parents and gives each its place. Sessions that are ancestors of each other in a circle,
    /// which only a faulty trace has, form a family whose earliest session counts as its root.
    /// </summary>
    /// <param name="byStart">All sessions in order of start.</param>
    /// <param name="find">A session by its id, null if there is none.</param>
    /// <returns>The sessions, each before its children.</returns>
    public static List<SessionData> Arrange(IReadOnlyList<SessionData> byStart, Func<string, SessionData?> find)
    {
        foreach (SessionData session in byStart)
        {
            session.Children.Clear();
            session.Place = null;
        }

        foreach (SessionData session in byStart) Parent(session)?.Children.Add(session);
        var tree = new List<SessionData>(byStart.Count);
        foreach (SessionData session in byStart.Where(session => Parent(session) is null)) AddFamily(session, tree);
        foreach (SessionData session in byStart) AddFamily(session, tree);
        return tree;

        SessionData? Parent(SessionData session) => session.ParentId is { } id ? find(id) : null;
    }

    private static void AddFamily(SessionData root, List<SessionData> tree)
    {
        var open = new Stack<(SessionData Session, int Depth)>([(root, 0)]);
        while (open.TryPop(out (SessionData Session, int Depth) next))
        {
            if (next.Session.Place is not null) continue;
            next.Session.Place = (root, next.Depth);
            tree.Add(next.Session);
            for (int i = next.Session.Children.Count - 1; i >= 0; i--) open.Push((next.Session.Children[i], next.Depth + 1));
        }
    }
}
