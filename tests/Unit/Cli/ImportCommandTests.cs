using System.Diagnostics;
using System.Text.Json;

namespace AgentSim.Tests.Cli;

/// <summary><c>agentsim import</c>, and recordings in <c>agentsim replay</c>.</summary>
public sealed class ImportCommandTests : IDisposable
{
    private static readonly string Recordings = TestData.PathOf("../../../recordings/claude-code");
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void An_import_writes_segments_and_its_summary_and_says_what_it_found()
    {
        (int code, string output, _) = Run("import", Recordings, "--output-path", _folder.File("out/run"), "--summary",
            _folder.File("summary.json"));
        Assert.Equal(0, code);
        Assert.Contains("Claude Code 2.1.40: 2 sessions, 3 sub-agents, 58 requests, 54 tool calls", output, StringComparison.Ordinal);
        Assert.Equal(["out", "out/run.000000.jsonl.gz", "summary.json"], _folder.Everything);
        JsonElement summary = JsonDocument.Parse(File.ReadAllText(_folder.File("summary.json"))).RootElement;
        Assert.Equal((58, 824239L), (summary.GetProperty("requests").GetInt32(), summary.GetProperty("prompt_tokens").GetInt64()));
        Assert.Equal(58, summary.GetProperty("output").GetProperty("reported").GetInt32());
        Assert.Equal(0, Run("convert", "--agentic", "--input-path", _folder.File("out/run.000000.jsonl.gz"), "--output-file",
            _folder.File("rows.jsonl")).Code);
    }

    [Fact]
    public void An_earlier_import_is_only_replaced_on_request()
    {
        string[] arguments = ["import", Recordings, "--output-path", _folder.File("run")];
        Assert.Equal(0, Run(arguments).Code);
        byte[] first = File.ReadAllBytes(_folder.File("run.000000.jsonl.gz"));
        _folder.Write("run.000001.jsonl.gz", "of another, longer import");
        (int code, _, string error) = Run(arguments);
        Assert.Equal(1, code);
        Assert.Contains("run.000000.jsonl.gz: this is there already", error, StringComparison.Ordinal);
        Assert.Equal(0, Run([.. arguments, "--force"]).Code);
        Assert.Equal(first, File.ReadAllBytes(_folder.File("run.000000.jsonl.gz")));
        Assert.Equal(["run.000000.jsonl.gz"], _folder.Everything);
    }

    [Theory]
    [InlineData("--output-path is required", "import", "x")]
    [InlineData("there is no import format 'nothing'", "import", "x", "--output-path", "o", "--format", "nothing")]
    [InlineData("--rebase must be keep, together or rate=R", "import", "x", "--output-path", "o", "--rebase", "soon")]
    [InlineData("--since needs a time", "import", "x", "--output-path", "o", "--since", "yesterday-ish")]
    [InlineData("--map needs FIELD=COLUMN", "import", "x", "--output-path", "o", "--map", "start")]
    [InlineData("--max-idle must be 0 seconds or more", "import", "x", "--output-path", "o", "--max-idle", "-1")]
    [InlineData("there is no path; name files or folders", "import", "--output-path", "o")]
    public void A_wrong_call_exits_with_2(string message, params string[] arguments)
    {
        (int code, _, string error) = Run(arguments);
        Assert.Equal(2, code);
        Assert.Contains(message, error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("folder")]
    [InlineData("folder/")]
    [InlineData("new/")]
    [InlineData("folder/.")]
    public void A_folder_is_no_beginning_of_file_names(string name)
    {
        Directory.CreateDirectory(_folder.File("folder"));
        (int code, _, string error) = Run("import", Recordings, "--output-path", _folder.File(name));
        Assert.Equal(2, code);
        Assert.Contains("is a folder; add what the names of the files in it begin with", error, StringComparison.Ordinal);
        Assert.Equal(["folder"], _folder.Everything);
    }

    [Fact]
    public void A_folder_of_foreign_files_says_so()
    {
        _folder.Write("some/notes.json", "hello");
        (int code, _, string error) = Run("import", _folder.File("some"), "--output-path", _folder.File("out"));
        Assert.Equal(1, code);
        Assert.Contains("notes.json: empty, or no recording of a known format", error, StringComparison.Ordinal);
    }

    [Fact]
    public void Nothing_to_import_exits_with_1_and_writes_nothing()
    {
        (int code, _, string error) = Run("import", _folder.Write("empty.jsonl", "{\"type\":\"summary\",\"leafUuid\":\"x\"}\n"),
            "--output-path", _folder.File("out"));
        Assert.Equal(1, code);
        Assert.Contains("there is no request to import", error, StringComparison.Ordinal);
        Assert.Equal(["empty.jsonl"], _folder.Everything);
    }

    [Fact]
    public void Recordings_are_replayed_directly_with_their_pauses_cut()
    {
        string report = _folder.File("report.json");
        Assert.Equal(0, Run("replay", Recordings, "--trace-format", "claude-code", "--model", "claude-sonnet-4-6", "--max-idle", "5",
            "--rebase", "together", "--report-json", report).Code);
        JsonElement root = JsonDocument.Parse(File.ReadAllText(report)).RootElement;
        Assert.Equal(46, root.GetProperty("completed_requests").GetInt32());
        JsonElement settings = root.GetProperty("run").GetProperty("settings");
        Assert.Equal(("claude-sonnet-4-6", "claude-code"), (settings.GetProperty("model").GetString(), settings.GetProperty("trace_format")
            .GetString()));
        Assert.Equal((5.0, "together"), (settings.GetProperty("import").GetProperty("max_idle_s").GetDouble(),
            settings.GetProperty("import").GetProperty("rebase").GetString()));
    }

    [Fact]
    public async Task An_interrupt_ends_an_import_with_130_and_leaves_nothing()
    {
        if (OperatingSystem.IsWindows()) return;   // there is no signal to send to a child process
        string row = File.ReadLines(Directory.GetFiles(Recordings, "*.jsonl")[0]).First();
        string path = _folder.File("long.jsonl");
        using (var writer = new StreamWriter(path))
        {
            for (int i = 0; i < 600_000; i++)
                await writer.WriteLineAsync(row.Replace("\"uuid\":\"", $"\"uuid\":\"{i}", StringComparison.Ordinal));
        }

        using Process process = Process.Start(CliProgram.Start("import", path, "--output-path", _folder.File("out")))!;
        await Task.Delay(TimeSpan.FromSeconds(1.5));   // long enough to be reading, far too short to be done
        Assert.False(process.HasExited, "the import was to last");
        using (Process kill = Process.Start("kill", ["-INT", $"{process.Id}"])) await kill.WaitForExitAsync();
        using CancellationTokenSource patience = new(TimeSpan.FromMinutes(1));
        await process.WaitForExitAsync(patience.Token);
        Assert.Equal(130, process.ExitCode);
        Assert.Equal(["long.jsonl"], _folder.Everything);
    }

    private static (int Code, string Output, string Error) Run(params string[] arguments)
    {
        using Process process = Process.Start(CliProgram.Start(arguments))!;
        Task<string> error = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output, error.Result);
    }
}
