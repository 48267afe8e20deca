using System.Buffers.Binary;
using System.Text;
using AgentSim.Rows;
using Blake3;

namespace AgentSim.Lowering;

/// <summary>Makes the agentic rows of version 2 of a lowered trace (behaviour 01#12.4).</summary>
internal sealed class PlayRowSource : IRowSource
{
    private readonly RequestTable _table;
    private readonly HashIndex _hashes;
    private readonly int _blockSize;
    private readonly Plays _plays;
    private readonly PlayEdges _edges;

    public PlayRowSource(RequestTable table, HashIndex hashes, int blockSize, ToolTable tools)
    {
        (_table, _hashes, _blockSize) = (table, hashes, blockSize);
        _plays = new Plays(table);
        _edges = new PlayEdges(table, tools, _plays);
    }

    public IEnumerable<MooncakeRow> Rows()
    {
        var numbering = new HashNumbering(_hashes);
        for (int row = 0; row < _table.Count; row++)
        {
            ref readonly LoweredRequest request = ref _table[row];
            string id = _table.Id(row);
            yield return new MooncakeRow
            {
                IsAgentic = true,
                RequestId = id,
                PlayId = _table.Sessions.Name(_plays.Of(request.Session)),
                SessionId = _table.Sessions.Name(request.Session),
                Model = request.Model,
                InputLength = request.InputLength,
                OutputLength = request.OutputTokens,
                HashIds = HashIds(id, request, numbering),
                NotBeforeMs = request.Start - _table[0].Start,
                Dependencies = _edges.Of(row),
                TraceBlockSize = _blockSize,
                Origin = _table.Origin(row),
            };
        }
    }

    // A partial last block takes its number like the others, but is written as an id that no other block has.
    private ulong[] HashIds(string id, in LoweredRequest request, HashNumbering numbering)
    {
        ulong[] ids = numbering.Number(request);
        if (request.InputLength % _blockSize != 0) ids[^1] = PrivateId(id, request.InputLength / _blockSize, request.InputLength);
        return ids;
    }

    private static ulong PrivateId(string requestId, long block, long inputLength)
    {
        string key = FormattableString.Invariant($"dynamo-request-trace-private-block\0{requestId}\0{block}\0{inputLength}");
        return BinaryPrimitives.ReadUInt64LittleEndian(Hasher.Hash(Encoding.UTF8.GetBytes(key)).AsSpan());
    }
}
