using System.Diagnostics;
using System.Text.Json;
using AgentSim.Json;

namespace AgentSim.Rows;

/// <summary>Decodes the lines of a Mooncake-family file (behaviour 01#6.2, 01#6.4 and 01#12.1; strictness: 01#1.2).</summary>
/// <param name="fields">The dialect: a table of <see cref="RowFields"/>.</param>
/// <param name="reusesIds">Whether the hash ids of a row are overwritten by those of the next: by far the largest part of a row.</param>
internal sealed class RowParser(JsonFields<RowParser, MooncakeRow> fields, bool reusesIds)
{
    private readonly RecentTexts _texts = new();
    private ulong[] _hashIds = [];    // reused from row to row, like the next
    private int _used;                // of it, by rows whose ids are still needed
    private bool _lends;
    private ulong[] _integers = [];   // of fields that are copied

    /// <summary>The row while it is decoded.</summary>
    public MooncakeRow Row = new();

    /// <summary>Whether the last row was plain and had a wait_for, which plain rows pass over.</summary>
    public bool HasWaiting;

    /// <summary>Whether the last row was plain and had a chat, and a place in one.</summary>
    public bool HasChat, HasPlaceInChat;

    /// <summary>Whether the last row was plain and had the columns of the Bailian traces, whose units are others.</summary>
    public bool HasChatColumns => HasChat && HasPlaceInChat;

    /// <summary>From now on hash ids go one behind the other into a buffer, and are not overwritten.</summary>
    public void Begin(ulong[] buffer) => (_hashIds, _used, _lends) = (buffer, 0, true);

    /// <summary>The buffer, or a larger one that was needed instead.</summary>
    public ulong[] Buffer => _hashIds;

    /// <summary>Decodes a line.</summary>
    /// <exception cref="JsonException">The line is malformed.</exception>
    public MooncakeRow Parse(ReadOnlySpan<byte> line)
    {
        var json = new JsonRow(line, JsonRow.AnyDepth, _texts);
        Row = new MooncakeRow { IsAgentic = fields != RowFields.Plain };
        (HasWaiting, HasChat, HasPlaceInChat) = (false, false, false);
        RowParser draft = this;
        fields.ReadRow(ref json, ref draft);
        Debug.Assert(!Row.IsAgentic || Row.RequestId is not null, "the table lets no agentic row through without an id");
        return Row;
    }

    /// <summary>Reads hash ids; false for null.</summary>
    public bool ReadHashIds(ref JsonRow json, string name)
    {
        if (!json.IsArray(name)) return false;
        int count = json.UInt64Array(ref _hashIds, name, _used);
        Row.HashIds = reusesIds ? new ArraySegment<ulong>(_hashIds, _used, count) : _hashIds[..count];
        if (_lends) _used += count;
        return true;
    }

    /// <summary>Reads output tokens; false for null.</summary>
    public bool ReadOutputTokens(ref JsonRow json, string name)
    {
        if (!json.IsArray(name)) return false;
        int count = json.UInt64Array(ref _integers, name);
        ReadOnlySpan<ulong> values = _integers.AsSpan(0, count);
        var tokens = new uint[values.Length];
        for (int i = 0; i < values.Length; i++)
        {
            tokens[i] = values[i] <= uint.MaxValue
                ? (uint)values[i]
                : throw new JsonException($"{Quote.Of(name)} holds {values[i]}; the largest token id is {uint.MaxValue}");
        }

        Row.OutputTokenIds = tokens;
        return true;
    }
}
