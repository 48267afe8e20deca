using System.Text.Json;
using AgentSim.Json;

namespace AgentSim.Rows;

/// <summary>Decodes the lines of a Mooncake-family file.</summary>
/// <param name="reusesIds">Whether the hash ids of a row are overwritten by those of the next: by far the largest part of a row.</param>
internal abstract class RowParser(bool reusesIds)
{
    private ulong[] _hashIds = [];    // reused from row to row, like the next
    private ulong[] _integers = [];   // of fields that are copied

    /// <exception cref="JsonException">The line is malformed.</exception>
    public abstract MooncakeRow Parse(ReadOnlySpan<byte> line);

    protected IReadOnlyList<ulong> HashIds(ref JsonRow json)
    {
        int count = json.UInt64Array(ref _hashIds, "hash_ids");
        return reusesIds ? new ArraySegment<ulong>(_hashIds, 0, count) : _hashIds[..count];
    }

    protected uint[] UInt32Values(ref JsonRow json, string name)
    {
        int count = json.UInt64Array(ref _integers, name);
        ReadOnlySpan<ulong> values = _integers.AsSpan(0, count);
        var narrow = new uint[values.Length];
        for (int i = 0; i < values.Length; i++)
        {
            narrow[i] = values[i] <= uint.MaxValue
                ? (uint)values[i]
                : throw new JsonException($"{Quote.Of(name)} holds {values[i]}; the largest token id is {uint.MaxValue}");
        }

        return narrow;
    }
}
