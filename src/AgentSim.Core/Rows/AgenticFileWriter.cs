using AgentSim.Json;
using Blake3;

namespace AgentSim.Rows;

/// <summary>
/// Writes agentic files of version 2: a header with a digest of the rows, then the rows, in one fixed form (behaviour
/// 01#5.1 and 01#12.1).
/// </summary>
public static class AgenticFileWriter
{
    /// <summary>Writes a file. The rows are enumerated twice, because the header comes before them.</summary>
    /// <param name="stream">Where to; it stays open.</param>
    /// <param name="rows">Rows of version 2, the same both times.</param>
    /// <param name="blockSize">Tokens per hash id, at least 1.</param>
    /// <param name="sourceFormat">What the rows were made from; not blank.</param>
    /// <param name="cancel">Ends the writing.</param>
    /// <returns>How many rows were written.</returns>
    /// <exception cref="AgentSimException">A row is of another dialect or breaks a rule of a row.</exception>
    public static long Write(Stream stream, IEnumerable<MooncakeRow> rows, int blockSize, string sourceFormat,
        CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(rows);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(blockSize);
        ArgumentException.ThrowIfNullOrWhiteSpace(sourceFormat);
        string digest = Digest(rows, blockSize, cancel);
        var json = new JsonLineWriter(stream);
        AgenticHeader.Write(json, blockSize, sourceFormat, digest);
        long count = 0;
        foreach (MooncakeRow row in rows)
        {
            cancel.ThrowIfCancellationRequested();
            RowFields.Play.Write(json, row);
            json.Raw("\n"u8);
            count++;
        }

        json.Flush();
        return count;
    }

    // Of the rows as one compact JSON array.
    private static string Digest(IEnumerable<MooncakeRow> rows, int blockSize, CancellationToken cancel)
    {
        using var digest = new Blake3Stream(Stream.Null);   // keeps nothing of what is written but its digest
        var json = new JsonLineWriter(digest);
        long count = 0;
        json.Raw("["u8);
        foreach (MooncakeRow row in rows)
        {
            cancel.ThrowIfCancellationRequested();
            RowPlace place = new("rows", ++count);
            if (row.AgenticVersion != 2) throw place.Invalid("this is no agentic row of version 2, which has a play_id");
            MooncakeRowRules.Check(row, blockSize, place.Source, place.Line);
            if (count > 1) json.Raw(","u8);
            RowFields.Play.Write(json, row);
        }

        json.Raw("]"u8);
        json.Flush();
        return digest.ComputeHash().ToString();
    }
}
