using System.Text.Json;
using AgentSim.Agents;
using AgentSim.Recording;

namespace AgentSim.Reports.Html;

/// <summary>Writes the lanes of a run as columns by request; times are milliseconds. Columns of nothing are left out.</summary>
internal static class LaneData
{
    public static void Write(Utf8JsonWriter json, LaneChoice choice, AgentResults? agents)
    {
        (LaneRequest Request, int Row)[] placed = [.. choice.Lanes.SelectMany(lane => lane.Requests)];
        RequestResult[] records = [.. placed.Select(each => each.Request.Record)];
        json.WriteStartObject();
        json.WriteBoolean("byWorker", choice.IsByWorker);
        json.WriteStartArray("names");
        foreach (Lane lane in choice.Lanes) json.WriteStringValue(PageText.Short(lane.Name));
        json.WriteEndArray();
        PageData.Column<int>(json, "depth", [.. choice.Lanes.Select(lane => lane.Depth)]);
        PageData.Column<int>(json, "rows", [.. choice.Lanes.Select(lane => lane.Rows)]);
        PageData.Column<int>(json, "count", [.. choice.Lanes.Select(lane => lane.Requests.Count)]);
        PageData.Column<int>(json, "row", [.. placed.Select(each => each.Row)]);
        PageData.Column<int>(json, "ordinal", [.. records.Select(record => record.Ordinal)]);
        PageData.Column<double>(json, "arrival", [.. records.Select(record => record.ArrivalTimeMs)]);
        Spans(json, "sub", placed.Select(each => each.Request.SubAgentMs));
        Spans(json, "wait", placed.Select(each => each.Request.WaitMs));
        Spans(json, "tool", placed.Select(each => each.Request.ToolMs));
        // Where something did not happen the rest of the time belongs to what came before.
        Spans(json, "queue", placed.Select(each => each.Request.AdmittedMs - each.Request.Record.ArrivalTimeMs));
        Spans(json, "prefill", placed.Select(each => FirstToken(each.Request.Record) - each.Request.AdmittedMs));
        Spans(json, "decode", records.Select(record => record.TerminalTimeMs - FirstToken(record)));
        PageData.Column<int>(json, "input", [.. records.Select(record => record.InputLength)]);
        PageData.Column<int>(json, "output", [.. records.Select(record => record.OutputLength)]);
        PageData.Column<int>(json, "reused", [.. records.Select(record => record.ReusedInputTokens)]);
        PageData.Column<int>(json, "worker", [.. records.Select(record => record.DecodeWorkerIdx ?? -1)]);
        PageData.Column<byte>(json, "status", [.. records.Select(record => (byte)record.TerminalStatus)]);
        WriteTexts(json, "ids", [.. records.Select(record => record.RequestId is { } id ? PageText.Short(id) : null)]);
        WriteTexts(json, "tools", [.. placed.Select(each => each.Request.Tools)]);
        LanePaths.Write(json, agents, records.Select((record, place) => (record.Ordinal, place))
            .ToDictionary(each => each.Ordinal, each => each.place));
        json.WriteEndObject();
    }

    private static double FirstToken(RequestResult record) => record.FirstTokenMs ?? record.TerminalTimeMs;

    private static void Spans(Utf8JsonWriter json, string name, IEnumerable<double> spans)
    {
        float[] values = [.. spans.Select(span => (float)span)];
        if (Array.Exists(values, value => value != 0.0f)) PageData.Column<float>(json, name, values);
    }

    private static void WriteTexts(Utf8JsonWriter json, string name, string?[] texts)
    {
        if (Array.TrueForAll(texts, text => text is null)) return;
        json.WriteStartArray(name);
        foreach (string? text in texts) json.WriteStringValue(text);
        json.WriteEndArray();
    }
}
