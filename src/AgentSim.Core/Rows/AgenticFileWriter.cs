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
    public static long Write(Stream stream, IEnumerable<MooncakeRow> rows, int blockSize, string sourceFormat, CancellationToken cancel = default)
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
            WriteRow(json, row);
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
            WriteRow(json, row);
        }

        json.Raw("]"u8);
        json.Flush();
        return digest.ComputeHash().ToString();
    }

    private static void WriteRow(JsonLineWriter json, MooncakeRow row)
    {
        Text(json, "{\"request_id\":"u8, row.RequestId!);
        Text(json, ",\"play_id\":"u8, row.PlayId!);
        Text(json, ",\"session_id\":"u8, row.SessionId!);
        Text(json, ",\"model\":"u8, row.Model!);
        json.Raw(",\"input_length\":"u8);
        json.Number(row.InputLength!.Value);
        json.Raw(",\"output_length\":"u8);
        json.Number(row.OutputLength!.Value);
        RowFields.WriteOutputTokens(json, row);
        json.Raw(",\"hash_ids\":"u8);
        json.Array(row.HashIds!);
        json.Raw(",\"not_before_ms\":"u8);
        json.Number(row.NotBeforeMs!.Value);
        RowFields.WriteQueueing(json, row);
        for (int i = 0; i < row.Dependencies.Count; i++)
        {
            RowDependency dependency = row.Dependencies[i];
            Text(json, i == 0 ? ",\"dependencies\":[{\"request_id\":"u8 : ",{\"request_id\":"u8, dependency.RequestId);
            json.Raw(",\"trigger\":\""u8);
            json.Raw(DependencyNames.Of(dependency.Trigger));
            json.Raw("\",\"delay_ms\":"u8);
            json.Number(dependency.DelayMs);
            json.Raw(",\"relation\":\""u8);
            json.Raw(DependencyNames.Of(dependency.Relation));
            json.Raw("\"}"u8);
        }

        json.Raw(row.Dependencies.Count > 0 ? "]}"u8 : "}"u8);
    }

    private static void Text(JsonLineWriter json, ReadOnlySpan<byte> key, string value)
    {
        json.Raw(key);
        json.Text(value);
    }
}
