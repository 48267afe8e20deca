using System.Text.Json;

namespace AgentSim.Reports;

/// <summary>Cells of tables as members of JSON objects.</summary>
internal static class JsonCells
{
    /// <summary>Writes a cell: null, a text, or a number in the form that CSV has it in.</summary>
    public static void Write(Utf8JsonWriter json, string name, object? cell)
    {
        json.WritePropertyName(name);
        if (cell is null) json.WriteNullValue();
        else if (cell is string text) json.WriteStringValue(text);
        else json.WriteRawValue(CsvText.Of(cell));
    }
}
