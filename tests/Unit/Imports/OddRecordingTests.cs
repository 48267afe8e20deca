using AgentSim.Imports;

namespace AgentSim.Tests.Imports;

/// <summary>What real recordings hold at times: text that was cut in the middle of a character, numbers that cannot be.</summary>
public sealed class OddRecordingTests : IDisposable
{
    private const string Claude =
        """{"type":"user","uuid":"u1","parentUuid":null,"sessionId":"s","timestamp":"2026-05-04T09:00:00.000Z","message":{"role":"user","content":"cut \\ud83d"}}""" + "\n"
        + """{"type":"assistant","uuid":"a1","parentUuid":"u1","sessionId":"s","timestamp":"2026-05-04T09:00:01.000Z","message":{"id":"m1","role":"assistant","model":"m","content":[{"type":"text","text":"whole \\ud83d\\ude00 half \\ude00"}],"stop_reason":"end_turn","usage":{"input_tokens":INPUT,"output_tokens":5}}}""" + "\n";

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Half_a_surrogate_pair_costs_nothing()
    {
        string spans = """[{"name":"x","spanContext":{"traceId":"t","spanId":"1"},"attributes":{"ai.operationId":"ai.generateText.doGenerate","ai.model.id":"m\\ud83d","ai.usage.promptTokens":14,"ai.usage.completionTokens":20,"ai.prompt.messages":"[]"},"startTime":[1770131992,0],"endTime":[1770131994,0]}]""".Replace("\\\\", "\\", StringComparison.Ordinal);
        string weka = WekaTests.Trace("t", WekaTests.Call(0, 64, 5, [1]))
            .Replace("\"id\":\"t\"", "\"id\":\"\\ud83d\"", StringComparison.Ordinal);
        Assert.Equal(1, ImportLab.Read(_folder.Write("a.jsonl", Row("100"))).Summary.Requests);
        Assert.Equal(1, ImportLab.Read(_folder.Write("b.json", spans)).Summary.Requests);
        Assert.Equal(1, ImportLab.Read(_folder.Write("c.json", weka)).Summary.Requests);
    }

    [Theory]
    [InlineData("3000000000")]
    [InlineData("300000000")]
    public void Lengths_that_no_record_can_hold_are_left_out_with_their_place(string input)
    {
        string good = _folder.Write("good.jsonl", Row("100").Replace("\"s\"", "\"g\"", StringComparison.Ordinal)
            .Replace("m1", "m2", StringComparison.Ordinal));
        string huge = _folder.Write("huge.jsonl", Row(input));
        ImportLab import = ImportLab.Read(good, huge);

        Assert.Equal((1, 1L), (import.Summary.Requests, import.Dropped("impossible_lengths")));
        Assert.Contains("huge.jsonl:2:", Assert.Single(import.Summary.Dropped, drop => drop.Name == "impossible_lengths").Examples[0],
            StringComparison.Ordinal);
    }

    [Fact]
    public void Utf_16_is_said() => Assert.Contains("UTF-16", Assert.Throws<AgentSimException>(() =>
        LogImport.Read([_folder.Write("a.csv", [0xFF, 0xFE, 0x41, 0x00])], new ImportOptions())).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("session", "sesion")]
    [InlineData("cached", "chached")]
    [InlineData("start", "tt:s")]
    public void A_column_that_is_not_there_is_an_error(string field, string column)
    {
        var columns = new Dictionary<string, string> { ["start"] = "t:s", ["input"] = "i", ["output"] = "o", [field] = column };
        AgentSimException error = Assert.Throws<AgentSimException>(() =>
            LogImport.Read([_folder.Write("a.csv", "t,i,o,chat\n5,10,5,x\n6,20,5,x\n")], new ImportOptions { Columns = columns }));

        Assert.Equal("ImportColumnUnknown", error.ErrorId);
        Assert.Contains($"'{column.Split(':')[0]}'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Prompts_beyond_their_ids_are_warned_of()
    {
        ImportLab import = ImportLab.Read(_folder.Write("a.json", WekaTests.Trace("t", WekaTests.Call(0, 640, 5, [1, 2]))));

        Assert.Contains(import.Summary.Warnings, warning => warning.Message.Contains("longer than their recorded block ids cover",
            StringComparison.Ordinal));
    }

    private static string Row(string input) => Claude.Replace("\\\\", "\\", StringComparison.Ordinal)
        .Replace("INPUT", input, StringComparison.Ordinal);
}
