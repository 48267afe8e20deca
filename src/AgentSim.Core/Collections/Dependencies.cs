namespace AgentSim.Collections;

/// <summary>Which rows wait for which, as one flat list.</summary>
/// <param name="offsets">One more than there are rows: row r waits for <c>sources[offsets[r]..offsets[r + 1]]</c>.</param>
/// <param name="sources">Row numbers.</param>
internal sealed class Dependencies(int[] offsets, int[] sources)
{
    /// <summary>Number of rows.</summary>
    public int Count => offsets.Length - 1;

    /// <summary>The rows a row waits for.</summary>
    public ReadOnlySpan<int> this[int row] => sources.AsSpan(offsets[row]..offsets[row + 1]);

    /// <summary>A row that waits for itself, directly or through others; -1 if there is none.</summary>
    public int FindCycle()
    {
        const byte open = 1, done = 2;
        var state = new byte[Count];
        var next = new int[Count];    // where to go on among a row's sources
        var path = new Stack<int>();
        for (int root = 0; root < Count; root++)
        {
            if (state[root] != 0) continue;
            Enter(root);
            while (path.TryPeek(out int row))
            {
                if (next[row] == offsets[row + 1])
                {
                    state[row] = done;
                    path.Pop();
                    continue;
                }

                int source = sources[next[row]++];
                if (state[source] == open) return source;
                if (state[source] == 0) Enter(source);
            }
        }

        return -1;

        void Enter(int row)
        {
            state[row] = open;
            next[row] = offsets[row];
            path.Push(row);
        }
    }
}
