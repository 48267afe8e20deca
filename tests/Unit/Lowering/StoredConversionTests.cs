using System.Text.Json;
using System.Text.Json.Nodes;
using AgentSim.Files;
using AgentSim.Lowering;

namespace AgentSim.Tests.Lowering;

/// <summary>Conversions whose results the reference has stored.</summary>
public sealed class StoredConversionTests : IDisposable
{
    private static readonly JsonObject Edges =
        JsonNode.Parse(File.ReadAllBytes(TestData.PathOf("convert-edge", "expected.json")))!.AsObject();

    private readonly TempFolder _folder = new();

    public static TheoryData<string> EdgeNames => new(Edges.Select(edge => edge.Key));

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(EdgeNames))]
    public void Edge_cases_end_as_in_the_reference(string name)
    {
        JsonNode expected = Edges[name]!;
        string input = TestData.PathOf("convert-edge", name + ".jsonl");
        var options = new ConvertOptions([input], _folder.File("out.jsonl"), expected["agentic"]!.GetValue<bool>());
        if (expected["succeeds"]!.GetValue<bool>())
        {
            ConvertResult result = TraceConverter.Convert(options);

            JsonArray rows = expected["rows"]!.AsArray();
            Assert.Equal((rows.Count, options.IsAgentic), ((int)result.Rows, result.IsAgentic));
            Assert.Equal(rows.Select(row => Normal(row!)), File.ReadLines(options.OutputPath).Select(row => Normal(JsonNode.Parse(row)!)));
        }
        else if (name == "bom")
        {
            Assert.Equal(1, TraceConverter.Convert(options).Rows);   // accepted on purpose: files made on Windows carry one
        }
        else
        {
            AgentSimException error = Assert.Throws<AgentSimException>(() => TraceConverter.Convert(options));
            Assert.Equal(FaultKind.Input, error.Kind);
            if (expected["line"] is { } line) Assert.StartsWith($"{input}:{line}: ", error.Message);
            Assert.Empty(_folder.Everything);
        }
    }

    [Theory]
    [InlineData("agent-small")]
    [InlineData("agent-branchy")]
    [InlineData("agent-long")]
    [InlineData("agent-tools")]
    [InlineData("agent-wide")]
    [InlineData("plain")]
    public void Generated_traces_become_the_rows_of_the_reference(string name)
    {
        string input = Directory.GetFiles(TestData.PathOf("traces"), name + ".trace.jsonl*").Single();
        var options = new ConvertOptions([input], _folder.File("out.jsonl"), name != "plain");

        TraceConverter.Convert(options);

        Assert.Equal(Lines(TestData.PathOf("convert", name + ".mooncake.jsonl")), Lines(options.OutputPath));
    }

    private static List<string> Lines(string path)
    {
        using var reader = new LineReader(path);
        var lines = new List<string>();
        while (reader.Read()) lines.Add(Normal(JsonNode.Parse(reader.Line)!));
        return lines;
    }

    // Numbers and key order as written; the reference leaves the order of siblings open.
    private static string Normal(JsonNode row)
    {
        foreach (string key in new[] { "branches", "wait_for" })
        {
            if (row[key] is JsonArray ids)
                row[key] = new JsonArray([.. ids.Select(id => id!.GetValue<string>()).Order(StringComparer.Ordinal)
                    .Select(id => JsonValue.Create(id))]);
        }

        return row.ToJsonString(new JsonSerializerOptions());
    }
}
