using AgentSim.Collections;
using AgentSim.Prompts;
using AgentSim.Rows;
using AgentSim.Workload;

namespace AgentSim.Serving;

/// <summary>
/// The requests in the engines. A replay numbers all requests of its workload; here a number is given again once its request has ended,
/// so that a server can run for ever. Only for the thread of the engines.
/// </summary>
internal sealed class ServedSlots
{
    private readonly ServedRequest?[] _requests;
    private readonly Stack<int> _free = new();
    private readonly QueueAttributes[] _queueing;
    private Action? _onFreed;

    public ServedSlots(int capacity)
    {
        _requests = new ServedRequest?[capacity];
        _queueing = new QueueAttributes[capacity];
        for (int slot = capacity - 1; slot >= 0; slot--) _free.Push(slot);
        NameTable sessions = new();
        sessions.GetOrAdd("served", out _);
        Columns = new WorkloadColumns
        {
            Format = TraceFormat.Mooncake,
            TraceBlockSize = 1,
            Inputs = [],
            Trie = new PromptTrie(),
            PathStart = [],
            PathEnd = [],
            InputLength = new int[capacity],
            OutputLength = new int[capacity],
            AuthoredOutput = null,
            QueueAttributes = _queueing,
            SessionNames = sessions,
            SessionOf = new int[capacity],
            SessionStart = [0, capacity],
        };
    }

    /// <summary>What the parts of a replay read of its requests; entries change with the slots.</summary>
    public WorkloadColumns Columns { get; }

    /// <summary>The request in a slot.</summary>
    public ServedRequest this[int slot] => _requests[slot]!;

    /// <summary>Requests that have not ended.</summary>
    public IEnumerable<ServedRequest> All => _requests.Where(request => request is not null)!;

    /// <summary>Told whenever a slot is free again.</summary>
    public void WhenFreed(Action onFreed) => _onFreed = onFreed;

    /// <summary>Gives a request a slot; there has to be a free one.</summary>
    public int Take(ServedRequest request)
    {
        int slot = _free.Pop();
        _requests[slot] = request;
        request.Slot = slot;
        Columns.InputLength[slot] = request.Prompt.Length;
        Columns.OutputLength[slot] = request.Output;
        _queueing[slot] = new QueueAttributes(request.Priority, 0, null);
        return slot;
    }

    /// <summary>Nothing asks for a request any more.</summary>
    public void Free(int slot)
    {
        _requests[slot]!.HasEnded = true;
        _requests[slot] = null;
        _free.Push(slot);
        _onFreed?.Invoke();
    }
}
