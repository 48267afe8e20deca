using AgentSim.Rows;
using AgentSim.Workload;

namespace AgentSim.Micro;

/// <summary>Rows of prompts that share a prefix and go on alone.</summary>
internal static class Load
{
    public const int BlockSize = 16;

    public static List<MooncakeRow> Rows(int count, int outputTokens, int sharedBlocks = 128, int ownBlocks = 32)
    {
        List<MooncakeRow> rows = [];
        for (int i = 0; i < count; i++)
        {
            ulong first = (ulong)(sharedBlocks + (i * ownBlocks));
            rows.Add(new MooncakeRow
            {
                Timestamp = i * 20.0,
                InputLength = (sharedBlocks + ownBlocks) * BlockSize,
                OutputLength = outputTokens,
                HashIds = [.. Enumerable.Range(0, sharedBlocks).Select(id => (ulong)id), .. Enumerable.Range(0, ownBlocks)
                    .Select(id => first + (ulong)id)],
            });
        }

        return rows;
    }

    public static ReplayWorkload Workload(int count, int outputTokens) => WorkloadLoader.FromRows(Rows(count, outputTokens), BlockSize);
}
