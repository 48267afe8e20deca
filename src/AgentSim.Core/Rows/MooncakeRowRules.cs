using System.Globalization;

namespace AgentSim.Rows;

/// <summary>The rules a single row has to keep, read from a file or made in memory (behaviour 01#6.2 to 01#6.4 and 01#12.1).</summary>
internal static class MooncakeRowRules
{
    /// <summary>Checks a row.</summary>
    /// <param name="row">The row; <see cref="MooncakeRow.AgenticVersion"/> selects the rules.</param>
    /// <param name="traceBlockSize">Tokens per hash id.</param>
    /// <param name="source">Name of its file or other source, for messages.</param>
    /// <param name="line">Its line there.</param>
    /// <returns>Prompt tokens: the given length, of a plain row at most what the hash ids hold, or what they hold.</returns>
    /// <exception cref="AgentSimException">The row breaks a rule.</exception>
    public static long Check(MooncakeRow row, int traceBlockSize, string source, long line)
    {
        RowPlace place = new(source, line) { Origin = row.Origin };
        if (row.IsAgentic && string.IsNullOrWhiteSpace(row.RequestId))
            throw place.Invalid("'request_id' is blank; every agentic row needs an id of its own");
        if (row.AgenticVersion == 2) return CheckVersion2(row, traceBlockSize, place);
        if (row.HashIds is null && row.InputLength is null)
            throw place.Invalid("'hash_ids' is missing, and so is 'input_length'; a prompt needs one of them");
        IReadOnlyList<ulong> ids = row.HashIds ?? [];
        long input = row.InputLength ?? (long)ids.Count * traceBlockSize;   // both 31 bits: no overflow
        if (input < 0) throw place.Invalid($"'input_length' is {input}; it must not be negative");
        long capacity = SharesNothing(row) ? input : (long)ids.Count * traceBlockSize;
        if (input > capacity && row.IsAgentic)
        {
            throw place.Invalid($"'input_length' is {input}, but {ids.Count} hash ids of {traceBlockSize} tokens hold only {capacity}; "
                + "is the trace block size right?");
        }

        CheckOutput(row, place);
        if (row.Dependencies.Count > 0) throw place.Invalid("only an agentic row with a play_id has dependencies; others have a wait_for");
        if (row.IsAgentic)
        {
            double delay = (row.Delay ?? 0) + (row.ToolWaitMs ?? 0);
            if (!IsTime(delay)) throw place.Invalid(
                $"'delay' and 'tool_wait_ms' add up to {Shown(delay)} ms; the sum must be finite and not negative");
            if (row.Timestamp is { } time && !IsTime(time))
                throw place.Invalid($"'timestamp' is {Shown(time)}; it must be finite and not negative");
        }
        else
        {
            if (row.Delay is { } delay && !IsTime(delay))
                throw place.Invalid($"'delay' is {Shown(delay)}; it must be finite and not negative");
            if (row.Timestamp is { } time && !double.IsFinite(time))
                throw place.Invalid($"'timestamp' is {Shown(time)}; it must be finite");
        }

        return Math.Min(input, capacity);
    }

    /// <summary>True for a row that says how long its prompt is, but not what it consists of: it shares nothing with any other.</summary>
    public static bool SharesNothing(MooncakeRow row) => row.AgenticVersion < 2 && row.InputLength > 0
        && row.HashIds is null or { Count: 0 };

    private static long CheckVersion2(MooncakeRow row, int traceBlockSize, RowPlace place)
    {
        CheckFilled("play_id", row.PlayId, place);
        CheckFilled("session_id", row.SessionId, place);
        if (row.HashIds is not { Count: > 0 } ids) throw place.Invalid("'hash_ids' is missing or empty");
        if (row.InputLength is not { } input || input <= 0)
            throw place.Invalid("'input_length' is missing or 0; every prompt needs at least one token");
        long needed = input / traceBlockSize + (input % traceBlockSize == 0 ? 0 : 1);
        if (ids.Count != needed)
        {
            throw place.Invalid($"'input_length' is {input}, which takes {needed} hash ids of {traceBlockSize} tokens, but " +
                $"there are {ids.Count}; "
                + "is the block size right?");
        }

        CheckFilled("model", row.Model, place);
        CheckOutput(row, place);
        if (row.NotBeforeMs is not { } earliest) throw place.Invalid("'not_before_ms' is missing");
        if (!IsTime(earliest)) throw place.Invalid($"'not_before_ms' is {Shown(earliest)}; it must be finite and not negative");
        foreach (RowDependency dependency in row.Dependencies)
        {
            CheckFilled("dependencies.request_id", dependency.RequestId, place);
            if (!IsTime(dependency.DelayMs))
                throw place.Invalid($"'dependencies.delay_ms' is {Shown(dependency.DelayMs)}; it must be finite and not negative");
            if (dependency.Trigger == DependencyTrigger.Dispatch && dependency.Relation != DependencyRelation.Spawn)
                throw place.Invalid($"the dependency on {Quote.Of(dependency.RequestId)} is triggered by dispatch, which only " +
                    "the relation spawn can be");
        }

        return input;
    }

    private static void CheckOutput(MooncakeRow row, RowPlace place)
    {
        if (row.OutputLength is not { } output) throw place.Invalid("'output_length' is missing");
        if (output < 0) throw place.Invalid($"'output_length' is {output}; it must not be negative");
        if (row.OutputTokenIds is { } tokens && tokens.Count != output)
            throw place.Invalid($"'output_token_ids' holds {tokens.Count} tokens, but 'output_length' is {output}");
    }

    private static void CheckFilled(string name, string? text, RowPlace place)
    {
        if (string.IsNullOrWhiteSpace(text)) throw place.Invalid($"{Quote.Of(name)} is missing or blank");
    }

    private static bool IsTime(double milliseconds) => double.IsFinite(milliseconds) && milliseconds >= 0;

    private static string Shown(double value) => value.ToString(CultureInfo.InvariantCulture);
}
