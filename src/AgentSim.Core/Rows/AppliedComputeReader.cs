using System.Globalization;
using System.Text.Json;
using AgentSim.Files;
using AgentSim.Json;

namespace AgentSim.Rows;

/// <summary>Reads an <c>applied_compute_agentic</c> file, plain or gzipped, one session a line (behaviour 01#6.5).</summary>
public static class AppliedComputeReader
{
    private const JsonRule List = JsonRule.Required | JsonRule.Typed;

    private static readonly JsonKind<IReadOnlyList<long>?> Counts = JsonKinds.List<long>(
        (ref json, name) => json.Count(name), (json, value) => json.Number(value), value => LooseValue.Of((long?)value));

    private static readonly JsonKind<IReadOnlyList<double>?> Numbers = JsonKinds.List<double>(
        (ref json, name) => json.Number(name), (json, value) => json.Number(value), value => LooseValue.Of((double?)value));

    private static readonly JsonFields<Draft, AppliedComputeSession> Fields =
        new JsonFields<Draft, AppliedComputeSession>()
            .Add("num_turns", JsonKinds.Count, (ref d, value) => d.Turns = value, session => session.NumTurns, JsonRule.Must)
            .Add(
                "input_prompt_length", JsonKinds.Count, (ref d, value) => d.Prompt = value, session => session.InputPromptLength,
                JsonRule.Must)
            .Add(
                "assistant_response_length", Counts, (ref d, value) => d.Responses = value, session => session.AssistantResponseLength,
                List)
            .Add("tool_call_output_length", Counts, (ref d, value) => d.Results = value, session => session.ToolCallOutputLength, List)
            .Add("tool_call_latency", Numbers, (ref d, value) => d.Latencies = value, session => session.ToolCallLatency, List)
            .Add(
                "final_assistant_response_length", JsonKinds.Count, (ref d, value) => d.Final = value,
                session => session.FinalAssistantResponseLength, JsonRule.Must);

    /// <summary>Reads a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="progress">Told the bytes read so far, as they lie on disk.</param>
    /// <param name="cancel">Ends the reading.</param>
    /// <returns>The sessions with their lines, read while they are enumerated.</returns>
    /// <exception cref="AgentSimException">The file cannot be read or a line is malformed.</exception>
    public static IEnumerable<AtLine<AppliedComputeSession>> Read(string path, IProgress<long>? progress = null,
        CancellationToken cancel = default) => Read(path, progress, torn: null, cancel);

    internal static IEnumerable<AtLine<AppliedComputeSession>> Read(string path, IProgress<long>? progress, TornEnds? torn,
        CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(path);
        return Sessions(path, progress, torn, cancel);
    }

    private static IEnumerable<AtLine<AppliedComputeSession>> Sessions(string path, IProgress<long>? progress, TornEnds? torn,
        CancellationToken cancel)
    {
        using var lines = new LineReader(path, new ByteProgress(progress).Add, torn, cancel: cancel);
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
        Draft draft = default;
        Fields.ReadRow(ref json, ref draft);
        return new AppliedComputeSession(draft.Turns!.Value, draft.Prompt!.Value, draft.Responses!, draft.Results!, draft.Latencies!,
            draft.Final!.Value);
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
                throw new JsonException(
                    $"'tool_call_latency' holds {latency.ToString(CultureInfo.InvariantCulture)}; it must not be negative");
        }

        Int128 total = session.InputPromptLength;
        foreach (long tokens in session.AssistantResponseLength) total += tokens;
        foreach (long tokens in session.ToolCallOutputLength) total += tokens;
        if (total > long.MaxValue)
            throw new JsonException($"the lengths add up to {total} tokens; the largest supported prompt is {long.MaxValue}");

        void CheckLength(string name, int count)
        {
            if (count != session.NumTurns)
                throw new JsonException($"{Quote.Of(name)} holds {count} values, but 'num_turns' is {session.NumTurns}");
        }
    }

    private struct Draft
    {
        public long? Turns;
        public long? Prompt;
        public long? Final;
        public IReadOnlyList<long>? Responses;
        public IReadOnlyList<long>? Results;
        public IReadOnlyList<double>? Latencies;
    }
}
