using AgentSim.Rows;

namespace AgentSim.Tests.Rows;

public sealed class AppliedComputeReaderTests : IDisposable
{
    private const string Example =
        "{\"num_turns\":2,\"input_prompt_length\":40,\"assistant_response_length\":[5,6],\"tool_call_output_length\":[7,8],"
        + "\"tool_call_latency\":[0.5,0.25],\"final_assistant_response_length\":9,\"other\":{}}";

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_session_is_read_with_its_line()
    {
        AtLine<AppliedComputeSession> read = Assert.Single(AppliedComputeReader.Read(_folder.Write("a.jsonl", "\n" + Example)));

        Assert.Equal(2, read.Line);
        Assert.Equal((2L, 40L, 9L), (read.Value.NumTurns, read.Value.InputPromptLength, read.Value.FinalAssistantResponseLength));
        Assert.Equal([5L, 6L], read.Value.AssistantResponseLength);
        Assert.Equal([7L, 8L], read.Value.ToolCallOutputLength);
        Assert.Equal([0.5, 0.25], read.Value.ToolCallLatency);
    }

    [Theory]
    [InlineData("\"num_turns\":2", "\"num_turns\":3")]
    [InlineData("\"num_turns\":2,", "")]
    [InlineData(":40", ":0")]
    [InlineData(":40", ":40.0")]
    [InlineData("[5,6]", "[5]")]
    [InlineData("[5,6]", "null")]
    [InlineData("[5,6]", "[5,-6]")]
    [InlineData("[0.5,0.25]", "[0.5,-0.25]")]
    [InlineData("[0.5,0.25]", "[0.5,1e999]")]
    [InlineData("[5,6]", "[9223372036854775807,6]")]
    [InlineData(",\"final_assistant_response_length\":9", "")]
    public void A_malformed_session_is_refused_at_its_line(string part, string instead)
    {
        string path = _folder.Write("a.jsonl", Example + "\n" + Example.Replace(part, instead, StringComparison.Ordinal));

        AgentSimException error = Assert.Throws<AgentSimException>(() => AppliedComputeReader.Read(path).Count());

        Assert.Contains("a.jsonl:2: ", error.Message);
    }
}
