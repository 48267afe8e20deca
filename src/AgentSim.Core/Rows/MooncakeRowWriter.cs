using AgentSim.Json;

namespace AgentSim.Rows;

/// <summary>
/// Writes Mooncake rows as JSON lines, plain ones and agentic ones of version 1, in one fixed form: compact, keys in the order of
/// behaviour 01#3.6 and 01#4, numbers and strings as in 5.1.
/// </summary>
public sealed class MooncakeRowWriter
{
    private readonly JsonLineWriter _json;

    /// <summary>Writes to a stream, which stays open. <see cref="Flush"/> has to be called at the end.</summary>
    public MooncakeRowWriter(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        _json = new JsonLineWriter(stream);
    }

    /// <summary>Writes to somebody's buffer.</summary>
    internal MooncakeRowWriter(JsonLineWriter json) => _json = json;

    /// <summary>Rows written so far.</summary>
    public long Count { get; internal set; }

    /// <summary>Writes one row and a line feed. Absent fields are left out, except the lengths and hash ids, which become
    /// <c>null</c>.</summary>
    /// <exception cref="AgentSimException">A time is not finite, which JSON cannot express, or the row is of version 2.</exception>
    public void Write(MooncakeRow row)
    {
        ArgumentNullException.ThrowIfNull(row);
        if (row.AgenticVersion == 2)
            throw Errors.RowsMixed.Error(
                $"row {Count + 1} (request {Quote.Of(row.RequestId)}) is of version 2, whose files have a header; write its file with " +
                    $"{nameof(AgenticFileWriter)}");
        try
        {
            (row.IsAgentic ? RowFields.Agentic : RowFields.Plain).Write(_json, row);
        }
        catch (NotFiniteNumberException)
        {
            throw Errors.RowNotFinite.Error($"row {Count + 1} (request {Quote.Of(row.RequestId)}) has a time that is not finite");
        }

        _json.Raw("\n"u8);
        Count++;
    }

    /// <summary>Passes everything written on to the stream.</summary>
    public void Flush() => _json.Flush();
}
