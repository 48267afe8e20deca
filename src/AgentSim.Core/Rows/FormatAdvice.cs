using System.Text.Json;
using AgentSim.Files;
using AgentSim.Json;

namespace AgentSim.Rows;

/// <summary>Says of a line that is refused or cut short in one format that it seems to be of another.</summary>
internal static class FormatAdvice
{
    private const string Trace = "a record of a Dynamo request trace";
    private const string Agentic = "an agentic Mooncake row";
    private const string Header = "the header of agentic Mooncake rows";
    private const string Plain = "a plain Mooncake row";
    private const string Any = "a Mooncake row";   // that could be either
    private const string AppliedCompute = "an applied-compute session";

    /// <summary>The fault of a line, with the advice if the line gives reason for it.</summary>
    /// <param name="fault">Why it is refused.</param>
    /// <param name="line">The line.</param>
    /// <param name="expected">What it was read as.</param>
    public static AgentSimException Add(AgentSimException fault, ReadOnlySpan<byte> line, TraceFormat expected)
    {
        string? looks = Looks(line);
        return Other(looks, expected) is null
            ? fault
            : new AgentSimException(fault.ErrorId, $"{fault.Message}; the line looks like {looks}, which is another format", fault.Kind, fault.InnerException);
    }

    /// <summary>The format that the first line of a file seems to be of, if it is not the one expected and the file can be read.</summary>
    public static TraceFormat? OtherFormat(string path, TraceFormat expected)
    {
        try
        {
            using var lines = new LineReader(path);
            return lines.Read() ? OtherFormat(lines.Line, expected) : null;
        }
        catch (AgentSimException)
        {
            return null;
        }
    }

    /// <summary>The format that a line seems to be of, if it is not the one expected.</summary>
    public static TraceFormat? OtherFormat(ReadOnlySpan<byte> line, TraceFormat expected) => Other(Looks(line), expected);

    private static TraceFormat? Other(string? looks, TraceFormat expected) => looks switch
    {
        Trace when expected != TraceFormat.Dynamo => TraceFormat.Dynamo,
        Agentic or Header when expected != TraceFormat.AgenticMooncake => TraceFormat.AgenticMooncake,
        Plain when expected is not (TraceFormat.Mooncake or TraceFormat.MooncakeDelta) => TraceFormat.Mooncake,
        Any when expected is not (TraceFormat.Mooncake or TraceFormat.MooncakeDelta or TraceFormat.AgenticMooncake) => TraceFormat.Mooncake,
        AppliedCompute when expected != TraceFormat.AppliedComputeAgentic => TraceFormat.AppliedComputeAgentic,
        _ => null,
    };

    /// <summary>The warning about a plain row with a <c>wait_for</c>.</summary>
    public static string OnLostWaiting(string path, long line) =>
        $"{path}:{line}: the line looks like {Agentic}; read as plain rows, the rows of this file do not wait for each other";

    private static string? Looks(ReadOnlySpan<byte> line)
    {
        try
        {
            var json = new JsonRow(line, JsonRow.AnyDepth);
            json.BeginRow();
            bool hasHashes = false, hasId = false;
            while (json.NextKey())
            {
                if (json.Is("event"u8) || json.Is("event_type"u8)) return Trace;
                if (json.Is("hash_id_scope"u8)) return Header;
                if (json.Is("num_turns"u8)) return AppliedCompute;
                if (json.Is("wait_for"u8) || json.Is("request_kind"u8) || json.Is("play_id"u8)) return Agentic;
                hasHashes |= json.Is("hash_ids"u8);
                hasId |= json.Is("request_id"u8);
                json.Skip();
            }

            return hasHashes ? hasId ? Any : Plain : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
