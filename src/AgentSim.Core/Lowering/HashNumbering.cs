using System.Runtime.CompilerServices;
using AgentSim.Collections;
using AgentSim.Json;

namespace AgentSim.Lowering;

/// <summary>The hashes of prompts as ids 0, 1, 2, … in order of first sight (behaviour 01#3.7).</summary>
internal sealed class HashNumbering(HashIndex hashes)
{
    private readonly int[] _idOf = WrittenArray.Zeros<int>(hashes.Count);   // id + 1, 0 where not yet given
    private int _ids;

    /// <summary>The ids of a prompt's blocks. The prompts have to be asked for in the order of their rows.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public ulong[] Number(in LoweredRequest request)
    {
        int count = 0;
        for (int i = 0; i < request.RunCount; i++) count += hashes.Run(request.FirstRun + i).Count;
        ulong[] result = GC.AllocateUninitializedArray<ulong>(count);
        int at = 0, ids = _ids;
        for (int i = 0; i < request.RunCount; i++)
        {
            HashRun run = hashes.Run(request.FirstRun + i);
            foreach (ref int id in _idOf.AsSpan(run.First, run.Count))
            {
                if (id == 0) id = ++ids;
                result[at++] = (uint)id - 1;
            }
        }

        _ids = ids;
        return result;
    }

    /// <summary>The same as the runs that they mostly are.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public IntegerRuns NumberRuns(in LoweredRequest request)
    {
        var result = new IntegerRuns();
        int ids = _ids;
        for (int i = 0; i < request.RunCount; i++)
        {
            HashRun run = hashes.Run(request.FirstRun + i);
            Span<int> places = _idOf.AsSpan(run.First, run.Count);
            for (int first = 0, next; first < places.Length; first = next)
            {
                if (places[first] == 0) places[first] = ++ids;
                int start = places[first] - first;
                for (next = first + 1; next < places.Length; next++)
                {
                    if (places[next] == 0) places[next] = ++ids;
                    if (places[next] != start + next) break;
                }

                result.Add((uint)places[first] - 1, next - first);
            }
        }

        _ids = ids;
        return result;
    }
}
