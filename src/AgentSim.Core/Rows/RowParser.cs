using System.Text.Json;
using AgentSim.Json;

namespace AgentSim.Rows;

/// <summary>Decodes the lines of a Mooncake-family file.</summary>
/// <param name="reusesIds">Whether the hash ids of a row are overwritten by those of the next: by far the largest part of a row.</param>
internal abstract class RowParser(bool reusesIds)
{
    private ulong[] _integers = [];   // reused from row to row

    /// <exception cref="JsonException">The line is malformed.</exception>
    public abstract MooncakeRow Parse(ReadOnlySpan<byte> line);

    protected IReadOnlyList<ulong> HashIds(ref JsonRow json)
    {
        int count = json.UInt64Array(ref _integers, "hash_ids");
        return reusesIds ? new ArraySegment<ulong>(_integers, 0, count) : _integers[..count];
    }

    protected static uint[] UInt32Values(ref JsonRow json, string name)
    {
        ulong[] integers = [];
        int count = json.UInt64Array(ref integers, name);
        ReadOnlySpan<ulong> values = integers.AsSpan(0, count);
        var narrow = new uint[values.Length];
        for (int i = 0; i < values.Length; i++)
        {
            narrow[i] = values[i] <= uint.MaxValue
                ? (uint)values[i]
                : throw new JsonException($"'{name}' holds {values[i]}; the largest token id is {uint.MaxValue}");
        }

        return narrow;
    }
}
