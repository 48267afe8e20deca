using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;

namespace AgentSim.Workload;

/// <summary>
/// A digest of everything in a workload that a replay reads: workloads with equal digests give equal results. File names
/// do not count, and synthetic load counts by its options, since it is made anew for every engine.
/// </summary>
internal sealed class WorkloadDigest : IDisposable
{
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    private WorkloadDigest()
    {
    }

    /// <summary>The digest, in lower-case hexadecimal.</summary>
    public static string Of(ReplayWorkload workload)
    {
        using var digest = new WorkloadDigest();
        if (workload.Synthetic is { } synthetic) digest.Synthetic(synthetic);
        else digest.Columns(workload.Columns);
        return Convert.ToHexStringLower(digest._hash.GetHashAndReset());
    }

    public void Dispose() => _hash.Dispose();

    private void Synthetic(SyntheticOptions options)
    {
        Values([options.InputTokens, options.OutputTokens, options.RequestCount, options.TurnsPerSession, options.NumPrefixGroups]);
        Values([options.RequestRate ?? double.NaN, options.ArrivalIntervalMs ?? double.NaN, options.SharedPrefixRatio,
            options.InterTurnDelayMs]);
        Values([options.ArrivalSeed]);
    }

    private void Columns(WorkloadColumns load)
    {
        Text(load.Format.ToString()!);
        Values([load.TraceBlockSize]);
        Values(load.Trie.Runs(0, load.Trie.RunCount));
        Values(load.Trie.Nodes.Segments);
        Values<int>(load.PathStart);
        Values<int>(load.PathEnd);
        Values<int>(load.InputLength);
        Values<int>(load.OutputLength);
        Values<int>(load.SessionOf);
        Values<int>(load.SessionStart);
        Values<double>(load.Delay);
        Values<double>(load.FirstArrival);
        Texts(load.SessionNames);
        foreach (IReadOnlyList<uint>? output in load.AuthoredOutput ?? []) Values<uint>(output is null ? [] : [.. output]);
        foreach (QueueAttributes request in load.QueueAttributes ?? [])
        {
            Values([request.Priority, (int)request.StrictPriority]);
            Text(request.PolicyClass ?? "");
        }

        if (load.Agentic is { } agentic) Agentic(agentic);
    }

    private void Agentic(AgenticColumns agentic)
    {
        Texts(agentic.RequestIds);
        Values([agentic.Origin]);
        Values<double>(agentic.EarliestStart);
        Values<int>(agentic.DependencyCount);
        Edges(agentic.OnCompletion);
        if (agentic.OnDispatch is { } dispatch) Edges(dispatch);
        Values<int>(agentic.PlayOf ?? []);
        // What only knobs ask for.
        Values([agentic.Latest]);
        Values<double>(agentic.ToolWaitMs ?? []);
        Values<double>(agentic.ThinkMs ?? []);
        Values<(int, int)>(agentic.Branches);
        if (agentic.Tools is not { } tools) return;
        Texts(tools.Classes);
        Values(tools.Starts);
        Values(tools.ClassOf);
        Values(tools.Ran);
    }

    private void Edges(ReleaseEdges edges)
    {
        Values<int>(edges.Start);
        Values<int>(edges.Requests);
        Values<double>(edges.DelayMs);
    }

    private void Texts(IReadOnlyList<string> texts)
    {
        Values([texts.Count]);
        foreach (string text in texts) Text(text);
    }

    private void Text(string text) => Values<byte>(Encoding.UTF8.GetBytes(text));

    // With its length, so that neighbours cannot trade values.
    private void Values<T>(ReadOnlySpan<T> values)
        where T : unmanaged
    {
        Span<int> length = [values.Length];
        _hash.AppendData(MemoryMarshal.AsBytes(length));
        _hash.AppendData(MemoryMarshal.AsBytes(values));
    }
}
