using System.Text.Json;
using AgentSim.Json;

namespace AgentSim.Rows;

/// <summary>Decodes the lines of a Mooncake-family file.</summary>
internal abstract class RowParser
{
    private ulong[] _integers = [];   // reused from row to row

    /// <exception cref="JsonException">The line is malformed.</exception>
    public abstract MooncakeRow Parse(ReadOnlySpan<byte> line);

    protected ulong[] UInt64Values(ref JsonRow json, string name)
    {
        int count = json.UInt64Array(ref _integers, name);
        return _integers[..count];
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
                : throw new JsonException($"'{name}' holds {values[i]}; the largest token id is {uint.MaxValue}");
        }

        return narrow;
    }
}
