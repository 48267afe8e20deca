namespace AgentSim.Rows;

/// <summary>The rules a single row has to keep, read from a file or made in memory (specification 01, 6.2 to 6.4).</summary>
internal static class MooncakeRowRules
{
    /// <summary>Checks a row.</summary>
    /// <param name="row">The row; <see cref="MooncakeRow.IsAgentic"/> selects the rules.</param>
    /// <param name="traceBlockSize">Tokens per hash id.</param>
    /// <param name="source">Name of its file or other source, for messages.</param>
    /// <param name="line">Its line there.</param>
    /// <returns>Prompt tokens: the given length, of a plain row at most what the hash ids hold, or what they hold.</returns>
    /// <exception cref="AgentSimException">The row breaks a rule.</exception>
    public static long Check(MooncakeRow row, int traceBlockSize, string source, long line)
    {
        if (row.IsAgentic && string.IsNullOrWhiteSpace(row.RequestId)) throw Error("'request_id' is blank; every agentic row needs an id of its own");
        if (row.HashIds is not { } ids) throw Error("'hash_ids' is missing");
        long capacity = (long)ids.Count * traceBlockSize;   // both 31 bits: no overflow
        long input = row.InputLength ?? capacity;
        if (input < 0) throw Error($"'input_length' is {input}; it must not be negative");
        if (input > capacity && row.IsAgentic)
        {
            throw Error($"'input_length' is {input}, but {ids.Count} hash ids of {traceBlockSize} tokens hold only {capacity}; "
                + "is the trace block size right?");
        }

        if (row.OutputLength is not { } output) throw Error("'output_length' is missing");
        if (output < 0) throw Error($"'output_length' is {output}; it must not be negative");
        if (row.OutputTokenIds is { } tokens && tokens.Count != output)
            throw Error($"'output_token_ids' holds {tokens.Count} tokens, but 'output_length' is {output}");
        if (row.IsAgentic)
        {
            double delay = (row.Delay ?? 0) + (row.ToolWaitMs ?? 0);
            if (!IsTime(delay)) throw Error($"'delay' and 'tool_wait_ms' add up to {Shown(delay)} ms; the sum must be finite and not negative");
            if (row.Timestamp is { } time && !IsTime(time)) throw Error($"'timestamp' is {Shown(time)}; it must be finite and not negative");
        }
        else
        {
            if (row.Delay is { } delay && !IsTime(delay)) throw Error($"'delay' is {Shown(delay)}; it must be finite and not negative");
            if (row.Timestamp is { } time && !double.IsFinite(time)) throw Error($"'timestamp' is {Shown(time)}; it must be finite");
        }

        return Math.Min(input, capacity);

        AgentSimException Error(string message) => AgentSimException.At(source, line, "RowInvalid", message);
    }

    private static bool IsTime(double milliseconds) => double.IsFinite(milliseconds) && milliseconds >= 0;

    private static string Shown(double value) => value.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
