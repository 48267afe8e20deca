using System.Text.Json;

namespace AgentSim.Imports;

/// <summary>The summary of an import as a JSON object, for files and for the <c>run</c> of reports.</summary>
internal static class ImportSummaryJson
{
    /// <summary>Writes the object.</summary>
    public static void Write(Utf8JsonWriter json, ImportSummary summary)
    {
        json.WriteStartObject();
        json.WriteStartArray("formats");
        foreach (ImportedFormat format in summary.Formats)
        {
            json.WriteStartObject();
            json.WriteString("name", format.Name);
            Texts(json, "versions", format.Versions);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteNumber("files", summary.Files);
        Texts(json, "files_passed_over", summary.FilesPassedOver);
        Texts(json, "files_without_requests", summary.FilesWithoutRequests);
        json.WriteNumber("sessions", summary.Sessions);
        json.WriteNumber("sub_agents", summary.SubAgents);
        json.WriteNumber("requests", summary.Requests);
        json.WriteNumber("tool_calls", summary.Tools);
        json.WriteNumber("trace_block_size", summary.TraceBlockSize);
        json.WriteNumber("prompt_tokens", summary.PromptTokens);
        json.WriteNumber("new_prompt_tokens", summary.NewPromptTokens);
        json.WriteNumber("output_tokens", summary.OutputTokens);
        Counts(json, "prefix", summary.Prefixes);
        Counts(json, "output", summary.Outputs);
        Counts(json, "times", summary.Times);
        json.WriteStartArray("models");
        foreach (ModelCount model in summary.Models)
        {
            json.WriteStartObject();
            json.WriteString("model", model.Model);
            json.WriteNumber("requests", model.Requests);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartArray("left_out");
        foreach (ImportDrop drop in summary.Dropped)
        {
            json.WriteStartObject();
            json.WriteString("name", drop.Name);
            json.WriteNumber("count", drop.Count);
            Texts(json, "examples", drop.Examples);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        if (summary.FirstStart is { } first) json.WriteNumber("first_start_unix_ms", first.ToUnixTimeMilliseconds());
        if (summary.LastEnd is { } last) json.WriteNumber("last_end_unix_ms", last.ToUnixTimeMilliseconds());
        json.WriteNumber("peak_concurrency", summary.PeakConcurrency);
        json.WriteNumber("longest_pause_s", summary.LongestPauseSeconds);
        json.WriteNumber("cut_pauses", summary.CutPauses);
        json.WriteNumber("cut_tool_waits", summary.CutToolWaits);
        Texts(json, "warnings", [.. summary.Warnings.Select(warning => warning.Message)]);
        json.WriteEndObject();
    }

    private static void Texts(Utf8JsonWriter json, string name, IReadOnlyList<string> texts)
    {
        json.WriteStartArray(name);
        foreach (string text in texts) json.WriteStringValue(text);
        json.WriteEndArray();
    }

    private static void Counts<T>(Utf8JsonWriter json, string name, IReadOnlyDictionary<T, int> counts)
        where T : struct, Enum
    {
        json.WriteStartObject(name);
        foreach ((T value, int count) in counts.OrderBy(pair => pair.Key)) json.WriteNumber(value.ToString().ToLowerInvariant(), count);
        json.WriteEndObject();
    }
}
