using System.Diagnostics;
using System.Text;
using AgentSim.Reports;

namespace AgentSim.Tests.Limits;

/// <summary>What drives a terminal never comes from a file, a name or an option to it: it is shown as what it is.</summary>
public sealed class HostileTextTests : IDisposable
{
    // ESC and a command, BEL, right-to-left override, line separator, C1 control, half a surrogate pair.
    private const string Bad = "a\u001b[2J\u0007\u202e\u2028\u009b";
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private static void AssertTame(string text)
    {
        foreach (char c in text)
        {
            Assert.False((char.IsControl(c) && c is not '\n' and not '\r') || c is >= '\u2028' and <= '\u202e' or >= '\u2066' and <= '\u2069',
                $"U+{(int)c:X4} in {Quote.Lines(text)}");
        }
    }

    private string Run(params string[] arguments)
    {
        ProcessStartInfo start = CliProgram.Start(arguments);
        start.WorkingDirectory = _folder.Path;
        (start.StandardOutputEncoding, start.StandardErrorEncoding) = (Encoding.UTF8, Encoding.UTF8);
        using Process process = Process.Start(start)!;
        Task<string> error = process.StandardError.ReadToEndAsync();
        string all = process.StandardOutput.ReadToEnd() + error.Result;
        process.WaitForExit();
        AssertTame(all);
        Assert.DoesNotContain("internal error", all);
        return all;
    }

    private static string Json(string text) => System.Text.Json.JsonSerializer.Serialize(text);

    private string Trace(string name) => _folder.Write(name, string.Concat(Enumerable.Range(0, 3).Select(i =>
        """{"schema":"dynamo.request.trace.v1","event_type":"request_end","event_source":"dynamo","event_time_unix_ms":""" + (200 + i)
        + ""","agent_context":{"session_id":""" + Json(Bad) + """},"request":{"request_id":""" + Json(Bad + i) + ""","model":""" + Json(Bad)
        + ""","output_tokens":5,"total_time_ms":50.0,"request_received_ms":""" + (100 + i)
        + ""","replay":{"trace_block_size":16,"input_length":16,"input_sequence_hashes":[1]}}}""" + "\n")));

    [Fact]
    public void Every_command_shows_names_of_files_sessions_and_requests_instead_of_sending_them()
    {
        if (OperatingSystem.IsWindows()) return;   // no file can be called that
        string trace = Path.GetFileName(Trace($"{Bad}.jsonl"));
        Assert.Contains("\\u001b[2J\\u0007\\u202e\\u2028\\u009b", Run("sessions", trace));
        Run("sessions", trace, "--format", "csv");
        Run("sessions", trace, "--format", "jsonl");
        Assert.Contains("\\u001b", Run("replay", trace, "--trace-format", "dynamo", "--agents", "--report-json", $"{Bad}.json", "--name", Bad));
        Run("sweep", trace, "--trace-format", "dynamo", "--num-workers", "1", "2", "--model", Bad);
        Assert.Contains("\\u001b", Run("convert", "--agentic", "--input-path", trace, "--output-file", $"{Bad}.rows.jsonl"));
        Assert.Contains("\\u001b", Run("timeline", trace, "-o", $"{Bad}.timeline.json"));
        File.Copy(_folder.File($"{Bad}.json"), _folder.File("other.json"));
        Run("replay", "--input-tokens", "16", "--output-tokens", "9", "--request-count", "9", "--replay-concurrency", "1",
            "--report-json", "other.json");
        Assert.Contains("\\u001b", Run("compare", $"{Bad}.json", "other.json"));
        Run("replay", $"{Bad}.missing");
        Run(Bad);
        Run("replay", "--" + Bad);
        Run("replay", trace, "--trace-format", Bad);
        Run("calibrate", trace, "-o", $"{Bad}.npz");
        Run("capture", "--output-path", Bad, "--upstream", Bad);
    }

    [Fact]
    public void An_error_or_a_table_is_not_made_of_one_endless_name()
    {
        string name = new('a', 3_000_000);
        string file = _folder.Write("long.jsonl", $$"""{"schema":"dynamo.request.trace.v1","event_type":"{{name}}"}""" + "\n");
        Assert.InRange(Run("convert", "--input-path", file, "--output-file", "o").Length, 1, 8000);
        string rows = _folder.Write("rows.jsonl",
            $$"""{"session_id":"{{name}}","timestamp":0,"input_length":16,"output_length":2,"hash_ids":[1]}""" + "\n");
        Assert.InRange(Run("replay", rows, "--trace-block-size", "16", "--agents", "--report-json", "r.json").Length, 1, 20_000);
    }

    [Fact]
    public void Cells_of_csv_files_hold_no_such_character_either()
    {
        AssertTame(CsvText.Cell(Bad));
        Assert.Equal("\"two\nlines\"", CsvText.Cell("two\nlines"));
    }

    [Fact]
    public void Half_a_surrogate_pair_is_shown_and_whole_ones_and_lines_are_kept()
    {
        Assert.Equal("\\ud800", Quote.Lines("\ud800"));
        Assert.Equal("a\\udc00\ud83d\ude00", Quote.Lines("a\udc00\ud83d\ude00"));
        Assert.Equal("line\nline", Quote.Lines("line\nline"));
    }
}
