using System.Text;
using AgentSim.Imports;
using AgentSim.Lowering;
using AgentSim.Traces;

namespace AgentSim.Tests.Imports;

/// <summary>Files as people have them: they give what they hold and say what they lack.</summary>
public sealed class DamagedFileTests : IDisposable
{
    private static readonly string[] Rows = Session();
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_last_line_that_ends_in_the_middle_is_left_out_and_counted()
    {
        LogImport import = Import(string.Join('\n', Rows) + "\n" + Rows[^1][..40]);
        Assert.Equal(3, import.Summary.Requests);
        Assert.Contains("session.jsonl:", Drop(import, "truncated_lines").Examples[0], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("not JSON at all")]
    [InlineData("{\"type\":\"user\",")]
    [InlineData("[1,2]")]
    [InlineData("{} {}")]
    public void A_line_that_is_no_row_is_passed_over_and_ends_a_strict_import(string line)
    {
        string text = string.Join('\n', [Rows[0], line, .. Rows[1..]]);
        LogImport import = Import(text);
        Assert.Equal(3, import.Summary.Requests);
        Assert.Contains("session.jsonl:2: ", Assert.Single(Drop(import, "malformed_lines").Examples), StringComparison.Ordinal);
        AgentSimException error = Assert.Throws<AgentSimException>(() => Import(text, new ImportOptions { IsStrict = true }));
        Assert.Contains("session.jsonl:2: ", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Line_ends_byte_order_marks_gzip_and_blank_lines_make_no_difference()
    {
        List<string> expected = Keys(Import(string.Join('\n', Rows)));
        Assert.Equal(expected, Keys(Import(string.Join("\r\n", Rows) + "\r\n")));
        Assert.Equal(expected, Keys(Import("\uFEFF" + string.Join("\n\n  \n", Rows))));
        string path = _folder.Write("packed/session.jsonl.gz", TempFolder.Gzip(string.Join('\n', Rows)));
        Assert.Equal(expected, Keys(LogImport.Read([path], new ImportOptions())));
    }

    [Fact]
    public void A_line_in_another_encoding_is_passed_over()
    {
        byte[] bytes = [.. Encoding.UTF8.GetBytes(Rows[0] + "\n"), 0xff, 0xfe, 0x80, (byte)'\n',
            .. Encoding.UTF8.GetBytes(string.Join('\n', Rows[1..]))];
        LogImport import = LogImport.Read([_folder.Write("session.jsonl", bytes)], new ImportOptions());
        Assert.Equal(3, import.Summary.Requests);
        Assert.Equal(1, Drop(import, "malformed_lines").Count);
    }

    [Fact]
    public void An_archive_that_is_cut_off_gives_the_lines_before()
    {
        byte[] packed = TempFolder.Gzip(string.Join('\n', Rows) + "\n" + new string('x', 3_000_000));
        string path = _folder.Write("session.jsonl.gz", packed[..^200]);
        LogImport import = LogImport.Read([path], new ImportOptions());
        Assert.Equal(3, import.Summary.Requests);
        Assert.Equal(1, Drop(import, "malformed_lines").Count);
    }

    [Fact]
    public void A_line_of_fifty_megabytes_is_read()
    {
        var text = new StringBuilder();
        foreach (string row in Rows)
            text.Append(row.Replace("\"aaa", "\"" + new string('z', row.Contains("tool_result", StringComparison.Ordinal) ? 50_000_000 : 3),
                StringComparison.Ordinal)).Append('\n');
        Assert.Equal(3, Import(text.ToString()).Summary.Requests);
    }

    [Theory]
    [InlineData("")]
    [InlineData("\n\n")]
    [InlineData("{\"type\":\"summary\",\"summary\":\"x\",\"leafUuid\":\"y\"}\n")]
    public void A_file_without_requests_is_named(string text)
    {
        AgentSimException alone = Assert.Throws<AgentSimException>(() => Import(text));
        Assert.Equal("ImportEmpty", alone.ErrorId);
        string empty = _folder.Write("folder/empty.jsonl", text);
        _folder.Write("folder/session.jsonl", string.Join('\n', Rows));
        ImportSummary summary = LogImport.Read([_folder.File("folder")], new ImportOptions()).Summary;
        Assert.Equal(3, summary.Requests);
        Assert.Contains(summary.FilesWithoutRequests.Concat(summary.FilesPassedOver),
            file => file.StartsWith(empty, StringComparison.Ordinal));
    }

    [Fact]
    public void Times_that_go_back_are_repaired_and_counted()
    {
        // The clock is put back by an hour before the second answer.
        string[] rows = [.. Rows.Select((row, i) => i == 3 ? row.Replace("T09:", "T08:", StringComparison.Ordinal) : row)];
        LogImport import = Import(string.Join('\n', rows));
        Assert.Equal(3, import.Summary.Requests);
        Assert.True(Drop(import, "clock_went_back").Count > 0);
        Assert.All(import.Records(), record => Assert.True(record is not RequestRecord request
            || request.EndUnixMs >= request.StartUnixMs));
        var lowering = new TraceLowering();
        foreach (TraceRecord record in import.Records()) lowering.Add(record);
        Assert.Equal(3, lowering.Rows().Count());
        Assert.Throws<AgentSimException>(() => Import(string.Join('\n', rows), new ImportOptions { IsStrict = true }));
    }

    [Fact]
    public void Values_of_unexpected_kinds_are_no_reason_to_fail()
    {
        string[] odd =
        [
            """{"type":"user","uuid":"o1","parentUuid":5,"sessionId":7,"timestamp":"yesterday","message":"text"}""",
            """{"type":"assistant","uuid":"o2","parentUuid":"o1","sessionId":"s","timestamp":null,"message":{"id":3,"model":null,"content":[null,1,{"type":4}],"usage":{"input_tokens":"many","output_tokens":-1}}}""",
            """{"type":"assistant","uuid":"o3","sessionId":"s","message":null}""",
            """{"type":"user","uuid":"o4","sessionId":"s","message":{"content":[{"type":"tool_result"},{"type":"tool_result","tool_use_id":"none","content":{"a":1}}]},"toolUseResult":"Error"}""",
            """{"type":"system","subtype":"compact_boundary","uuid":"o5","sessionId":"s","compactMetadata":[]}""",
            """{"type":"queue-operation","operation":"enqueue","sessionId":"s","content":12}""",
        ];
        LogImport import = Import(string.Join('\n', [.. odd, .. Rows,
            .. odd.Select(row => row.Replace("\"o", "\"p", StringComparison.Ordinal))]));
        Assert.Equal(3, import.Summary.Requests);
    }

    [Fact]
    public void A_file_of_something_else_is_named_or_passed_over()
    {
        string other = _folder.Write("mixed/notes.json", "{\"name\": \"package\"}");
        _folder.Write("mixed/session.jsonl", string.Join('\n', Rows));
        Assert.Equal(other, Assert.Single(LogImport.Read([_folder.File("mixed")], new ImportOptions()).Summary.FilesPassedOver));
        AgentSimException error = Assert.Throws<AgentSimException>(() => LogImport.Read([other], new ImportOptions()));
        Assert.Equal("ImportFormatUnknown", error.ErrorId);
        var told = new List<string>();
        Assert.Equal(3, LogImport.Read([other, _folder.File("mixed/session.jsonl")], new ImportOptions(),
            (file, _) => told.Add(file)).Summary.Requests);
        Assert.Equal(other, Assert.Single(told));
    }

    private static ImportDrop Drop(LogImport import, string name) => import.Summary.Dropped.Single(drop => drop.Name == name);

    private static List<string> Keys(LogImport import) =>
        [.. import.Records().Select(record => record is RequestRecord request
            ? $"{request.RequestId} {string.Join(',', request.InputSequenceHashes)}" : ((ToolRecord)record).ToolCallId)];

    private LogImport Import(string text, ImportOptions? options = null) =>
        LogImport.Read([_folder.Write("session.jsonl", text)], options ?? new ImportOptions());

    private static string[] Session()
    {
        const string Common = "\"isSidechain\":false,\"sessionId\":\"session\",\"version\":\"2.1.0\",\"cwd\":\"/c\"";
        return
        [
            $$$$"""{"type":"user","uuid":"u1","parentUuid":null,{{{{Common}}}},"timestamp":"2026-01-01T09:00:00.000Z","message":{"role":"user","content":"aaa question"}}""",
            $$$$"""{"type":"assistant","uuid":"a1","parentUuid":"u1",{{{{Common}}}},"timestamp":"2026-01-01T09:00:05.000Z","message":{"id":"m1","model":"claude","content":[{"type":"tool_use","id":"t1","name":"Read","input":{}}],"stop_reason":"tool_use","usage":{"input_tokens":1000,"output_tokens":20}}}""",
            $$$$"""{"type":"user","uuid":"u2","parentUuid":"a1",{{{{Common}}}},"timestamp":"2026-01-01T09:00:06.000Z","message":{"role":"user","content":[{"type":"tool_result","tool_use_id":"t1","content":"aaa result"}]}}""",
            $$$$"""{"type":"assistant","uuid":"a2","parentUuid":"u2",{{{{Common}}}},"timestamp":"2026-01-01T09:00:09.000Z","message":{"id":"m2","model":"claude","content":[{"type":"text","text":"aaa"}],"stop_reason":"end_turn","usage":{"input_tokens":1100,"output_tokens":9}}}""",
            $$$$"""{"type":"user","uuid":"u3","parentUuid":"a2",{{{{Common}}}},"timestamp":"2026-01-01T09:01:00.000Z","message":{"role":"user","content":"more"}}""",
            $$$$"""{"type":"assistant","uuid":"a3","parentUuid":"u3",{{{{Common}}}},"timestamp":"2026-01-01T09:01:04.000Z","message":{"id":"m3","model":"claude","content":[{"type":"text","text":"bbb"}],"stop_reason":"end_turn","usage":{"input_tokens":1200,"output_tokens":30}}}""",
        ];
    }
}
