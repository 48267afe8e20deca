using System.Text;
using AgentSim.Imports;

namespace AgentSim.Tests.Imports;

/// <summary>Rollouts that are damaged or too old give what they hold, and it is said what they lack.</summary>
public sealed class CodexDamageTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly CodexLog _log = CodexTests.Conversation("t1");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Line_ends_of_windows_a_byte_order_mark_and_an_archive_make_no_difference()
    {
        byte[] expected = ImportLab.Read(Write("a.jsonl", _log.Text)).Bytes;

        Assert.Equal(expected, ImportLab.Read(Write("b.jsonl",
            "\uFEFF" + _log.Text.Replace("\n", "\r\n", StringComparison.Ordinal))).Bytes);
        Assert.Equal(expected, ImportLab.Read(_folder.Write("c.jsonl.gz", TempFolder.Gzip(_log.Text))).Bytes);
    }

    [Fact]
    public void A_last_line_that_ends_in_the_middle_costs_only_itself()
    {
        ImportLab import = ImportLab.Read(Write("a.jsonl", _log.Text[..^40]));

        Assert.Equal((_log.Prompts.Count - 1, 1L), (import.Summary.Requests, import.Dropped("truncated_lines")));
    }

    [Fact]
    public void Lines_that_are_no_rows_and_kinds_that_are_not_known_are_passed_over()
    {
        string text = string.Join('\n', _log.Lines.SelectMany((line, i) => i == 3
            ? [line, "nonsense", "[1]", """{"timestamp":"later","type":"world_state","payload":{}}""",
                """{"type":"response_item","payload":{"type":"new_thing","x":1}}""", """{"type":"event_msg","payload":7}"""]
                    : new[] { line }));
        ImportLab import = ImportLab.Read(Write("a.jsonl", text));

        Assert.Equal((_log.Prompts.Count, 2L), (import.Summary.Requests, import.Dropped("malformed_lines")));
    }

    [Fact]
    public void A_line_of_fifty_megabytes_is_read()
    {
        CodexLog log = new CodexLog("t1", CodexTests.Noon).Turn("one").User("ask", 13_000_000).Wait(900).Say("hm", 20).Count().Wait(9)
            .User("more", 50).Wait(900).Say("well", 9).Count();
        ImportLab import = ImportLab.Read(Write("a.jsonl", log.Text));

        Assert.Equal(log.Prompts[0].Length / 64, ImportLab.Shared(import.Requests[0], import.Requests[1]));
    }

    [Fact]
    public void After_a_clock_was_set_back_requests_keep_their_order_and_lengths()
    {
        CodexLog log = new CodexLog("t1", CodexTests.Noon).Turn("one").User("ask", 30).Wait(900).Say("hm", 20).Count().Wait(-3_600_000)
            .User("more", 50).Wait(700).Say("well", 9).Count();
        string file = Write("a.jsonl", log.Text);
        ImportLab import = ImportLab.Read(file);

        Assert.Equal([900, 700], import.Requests.Select(request => request.EventUnixMs - request.ReceivedUnixMs));
        Assert.True(import.Requests[1].ReceivedUnixMs >= import.Requests[0].EventUnixMs);
        Assert.Equal(1, import.Dropped("clock_went_back"));
        Assert.Throws<AgentSimException>(() => LogImport.Read([file], new ImportOptions { IsStrict = true }));
    }

    [Fact]
    public void Rollouts_without_counts_are_refused_with_a_reason_each()
    {
        string bare = Write("bare.jsonl", """
            {"id":"x","timestamp":"2025-08-01T10:00:00.000Z","instructions":null}
            {"record_type":"state"}
            {"type":"message","role":"user","content":[{"type":"input_text","text":"hi"}]}
            """), silent = Write("silent.jsonl", string.Join('\n', _log.Lines.Where(line => !line.Contains("token_count", StringComparison.Ordinal))));
        AgentSimException error = Assert.Throws<AgentSimException>(() => LogImport.Read([bare, silent], new ImportOptions()));
        ImportLab import = ImportLab.Read(bare, silent, Write("good.jsonl", CodexTests.Conversation("t2").Text));

        Assert.Equal("ImportEmpty", error.ErrorId);
        Assert.Contains("September 2025", error.Message, StringComparison.Ordinal);
        IReadOnlyList<string> reasons = import.Summary.FilesWithoutRequests;
        Assert.Contains(reasons, reason => reason.Contains("bare.jsonl", StringComparison.Ordinal)
            && reason.Contains("September 2025", StringComparison.Ordinal));
        Assert.Contains(reasons, reason => reason.Contains("silent.jsonl", StringComparison.Ordinal)
            && reason.Contains("without token counts", StringComparison.Ordinal));
    }

    [Fact]
    public void A_rollout_packed_with_zstd_is_refused_with_what_to_do()
    {
        string packed = _folder.Write("rollout-x.jsonl.zst", [0x28, 0xb5, 0x2f, 0xfd, 1, 2, 3]);
        ImportLab import = ImportLab.Read(packed, Write("good.jsonl", _log.Text));

        Assert.Contains("zstd -d", Assert.Single(import.Summary.FilesWithoutRequests), StringComparison.Ordinal);
    }

    [Fact]
    public void The_order_of_files_makes_no_difference()
    {
        string[] files = [.. Enumerable.Range(0, 6).Select(i =>
            Write($"{(i * 5) % 6}.jsonl", CodexTests.Conversation($"t{i}", i % 2 == 0, CodexTests.Noon + (i / 2 * 1000)).Text))];

        Assert.Equal(ImportLab.Read(files).Bytes, ImportLab.Read([.. files.Reverse()]).Bytes);
        Assert.Equal(ImportLab.Read(files).Bytes, ImportLab.Read(_folder.Path).Bytes);
    }

    private string Write(string name, string text) => _folder.Write(name, Encoding.UTF8.GetBytes(text));
}
