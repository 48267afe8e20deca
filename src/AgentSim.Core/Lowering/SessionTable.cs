using AgentSim.Traces;

namespace AgentSim.Lowering;

/// <summary>The agent sessions of a trace, numbered in order of appearance, and their parents (behaviour 01#3.1).</summary>
internal sealed class SessionTable
{
    private readonly Dictionary<string, int> _numbers = new(StringComparer.Ordinal);
    private readonly List<string> _names = [];
    private readonly List<string?> _parents = [];

    public int Count => _names.Count;

    public string Name(int session) => _names[session];

    /// <summary>Name of the parent, null without one. It need not be a session of this table.</summary>
    public string? Parent(int session) => _parents[session];

    /// <summary>The session of a name, -1 if there is none.</summary>
    public int Find(string name) => _numbers.GetValueOrDefault(name, -1);

    public int Add(string name)
    {
        if (_numbers.TryGetValue(name, out int session)) return session;
        _numbers.Add(name, Count);
        _names.Add(name);
        _parents.Add(null);
        return Count - 1;
    }

    /// <summary>Sets the parent a request names.</summary>
    /// <exception cref="AgentSimException">Another request of the session names another one.</exception>
    public void SetParent(int session, string parent, TraceRecord record)
    {
        string? known = _parents[session];
        if (known is not null && known != parent)
        {
            throw record.Error(Errors.TraceParentConflict, 
                $"session {Quote.Of(_names[session])} has parent {Quote.Of(parent)} here and parent {Quote.Of(known)} before; a " +
                    "session has one parent");
        }

        _parents[session] = known ?? parent;
    }

    public void DropParent(int session) => _parents[session] = null;
}
