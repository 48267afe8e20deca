using System.Globalization;
using System.Text.Json;
using AgentSim.Files;
using AgentSim.Json;

namespace AgentSim.Rows;

/// <summary>Reads an <c>applied_compute_agentic</c> file, plain or gzipped, one session a line (behaviour 01#6.5).</summary>
public static class AppliedComputeReader
{
    /// <summary>Reads a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="progress">Told the bytes read so far, as they lie on disk.</param>
    /// <param name="cancel">Ends the reading.</param>
    /// <returns>The sessions with their lines, read while they are enumerated.</returns>
    /// <exception cref="AgentSimException">The file cannot be read or a line is malformed.</exception>
    public static IEnumerable<AtLine<AppliedComputeSession>> Read(string path, IProgress<long>? progress = null, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(path);
        return Sessions(path, progress, cancel);
    }

    private static IEnumerable<AtLine<AppliedComputeSession>> Sessions(string path, IProgress<long>? progress, CancellationToken cancel)
    {
        using var lines = new LineReader(path, new ByteProgress(progress).Add, cancel);
        while (lines.Read()) yield return new AtLine<AppliedComputeSession>(Parse(lines, path), lines.LineNumber);
    }

    private static AppliedComputeSession Parse(LineReader lines, string path)
    {
        try
        {
            AppliedComputeSession session = Parse(lines.Line);
            Check(session);
            return session;
        }
        catch (JsonException error)
        {
            AgentSimException fault = Errors.RowInvalid.At(path, lines.LineNumber, error.Message, error);
            throw FormatAdvice.Add(fault, lines.Line, TraceFormat.AppliedComputeAgentic);
        }
    }

    private static AppliedComputeSession Parse(ReadOnlySpan<byte> line)
    {
        var json = new JsonRow(line, JsonRow.AnyDepth);
        uint seen = 0;
        long? turns = null, prompt = null, final = null;
        List<long>? responses = null, results = null;
        List<double>? latencies = null;
        json.BeginRow();
        while (json.NextKey())
        {
            if (json.Is("num_turns"u8)) turns = json.RequiredCount(ref seen, 0, "num_turns");
            else if (json.Is("input_prompt_length"u8)) prompt = json.RequiredCount(ref seen, 1, "input_prompt_length");
            else if (json.Is("final_assistant_response_length"u8)) final = json.RequiredCount(ref seen, 2, "final_assistant_response_length");
            else if (json.Is("assistant_response_length"u8)) responses = Counts(ref json, ref seen, 3, "assistant_response_length");
            else if (json.Is("tool_call_output_length"u8)) results = Counts(ref json, ref seen, 4, "tool_call_output_length");
            else if (json.Is("tool_call_latency"u8)) latencies = Latencies(ref json, ref seen);
            else json.Skip();
        }

        json.EndRow();
        return new AppliedComputeSession(
            turns ?? throw JsonRow.Missing("num_turns"),
            prompt ?? throw JsonRow.Missing("input_prompt_length"),
            responses ?? throw JsonRow.Missing("assistant_response_length"),
            results ?? throw JsonRow.Missing("tool_call_output_length"),
            latencies ?? throw JsonRow.Missing("tool_call_latency"),
            final ?? throw JsonRow.Missing("final_assistant_response_length"));
    }

    private static List<long> Counts(ref JsonRow json, ref uint seen, int bit, string name)
    {
        if (!json.BeginArray(ref seen, bit, name)) throw json.Wrong(name, "an array");
        var counts = new List<long>();
        while (json.NextItem()) counts.Add(json.Count(name));
        return counts;
    }

    private static List<double> Latencies(ref JsonRow json, ref uint seen)
    {
        const string name = "tool_call_latency";
        if (!json.BeginArray(ref seen, 5, name)) throw json.Wrong(name, "an array");
        var latencies = new List<double>();
        while (json.NextItem()) latencies.Add(json.Number(name));
        return latencies;
    }

    private static void Check(AppliedComputeSession session)
    {
        CheckLength("assistant_response_length", session.AssistantResponseLength.Count);
        CheckLength("tool_call_output_length", session.ToolCallOutputLength.Count);
        CheckLength("tool_call_latency", session.ToolCallLatency.Count);
        if (session.InputPromptLength == 0) throw new JsonException("'input_prompt_length' is 0; it must be at least 1");
        foreach (double latency in session.ToolCallLatency)
        {
            if (latency < 0)
                throw new JsonException($"'tool_call_latency' holds {latency.ToString(CultureInfo.InvariantCulture)}; it must not be negative");
        }

        Int128 total = session.InputPromptLength;
        foreach (long tokens in session.AssistantResponseLength) total += tokens;
        foreach (long tokens in session.ToolCallOutputLength) total += tokens;
        if (total > long.MaxValue) throw new JsonException($"the lengths add up to {total} tokens; the largest supported prompt is {long.MaxValue}");

        void CheckLength(string name, int count)
        {
            if (count != session.NumTurns) throw new JsonException($"{Quote.Of(name)} holds {count} values, but 'num_turns' is {session.NumTurns}");
        }
    }
}
