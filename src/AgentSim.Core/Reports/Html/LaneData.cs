using System.Text.Json;
using AgentSim.Agents;
using AgentSim.Recording;

namespace AgentSim.Reports.Html;

/// <summary>Writes the lanes of a run as columns by request; times are milliseconds.</summary>
internal static class LaneData
{
    public static void Write(Utf8JsonWriter json, LaneChoice choice, AgentResults? agents)
    {
        (LaneRequest Request, int Row)[] placed = [.. choice.Lanes.SelectMany(lane => lane.Requests)];
        RequestResult[] records = [.. placed.Select(each => each.Request.Record)];
        json.WriteStartObject();
        json.WriteStartArray("names");
        foreach (Lane lane in choice.Lanes) json.WriteStringValue(PageText.Short(lane.Name));
        json.WriteEndArray();
        PageData.Column<int>(json, "depth", [.. choice.Lanes.Select(lane => lane.Depth)]);
        PageData.Column<int>(json, "rows", [.. choice.Lanes.Select(lane => lane.Rows)]);
        PageData.Column<int>(json, "count", [.. choice.Lanes.Select(lane => lane.Requests.Count)]);
        PageData.Column<int>(json, "row", [.. placed.Select(each => each.Row)]);
        PageData.Column<int>(json, "ordinal", [.. records.Select(record => record.Ordinal)]);
        PageData.Column<double>(json, "arrival", [.. records.Select(record => record.ArrivalTimeMs)]);
        PageData.Column<float>(json, "wait", [.. placed.Select(each => (float)each.Request.WaitMs)]);
        PageData.Column<float>(json, "tool", [.. placed.Select(each => (float)each.Request.ToolMs)]);
        // Where something did not happen the rest of the time belongs to what came before.
        PageData.Column<float>(json, "queue", [.. records.Select(record => (float)(Admitted(record) - record.ArrivalTimeMs))]);
        PageData.Column<float>(json, "prefill", [.. records.Select(record => (float)(FirstToken(record) - Admitted(record)))]);
        PageData.Column<float>(json, "decode", [.. records.Select(record => (float)(record.TerminalTimeMs - FirstToken(record)))]);
        PageData.Column<int>(json, "input", [.. records.Select(record => record.InputLength)]);
        PageData.Column<int>(json, "output", [.. records.Select(record => record.OutputLength)]);
        PageData.Column<int>(json, "reused", [.. records.Select(record => record.ReusedInputTokens)]);
        PageData.Column<int>(json, "worker", [.. records.Select(record => record.DecodeWorkerIdx ?? -1)]);
        PageData.Column<byte>(json, "status", [.. records.Select(record => (byte)record.TerminalStatus)]);
        WriteTexts(json, "ids", records.Select(record => record.RequestId is { } id ? PageText.Short(id) : null));
        WriteTexts(json, "tools", placed.Select(each => each.Request.Tools));
        LanePaths.Write(json, agents, records.Select((record, place) => (record.Ordinal, place))
            .ToDictionary(each => each.Ordinal, each => each.place));
        json.WriteEndObject();
    }

    private static double Admitted(RequestResult record) => record.PrefillAdmitMs ?? record.FirstAdmitMs ?? record.TerminalTimeMs;

    private static double FirstToken(RequestResult record) => record.FirstTokenMs ?? record.TerminalTimeMs;

    private static void WriteTexts(Utf8JsonWriter json, string name, IEnumerable<string?> texts)
    {
        json.WriteStartArray(name);
        foreach (string? text in texts) json.WriteStringValue(text);
        json.WriteEndArray();
    }
}
