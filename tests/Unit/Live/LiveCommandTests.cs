using System.Diagnostics;
using System.Text.Json;
using AgentSim.Measurements;

namespace AgentSim.Tests.Live;

/// <summary><c>agentsim live</c> as a process.</summary>
public sealed class LiveCommandTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private static string[] Load(int requests, int intervalMs) =>
        ["--input-tokens", "32", "--output-tokens", "3", "--request-count", $"{requests}", "--arrival-interval-ms", $"{intervalMs}"];

    private static async Task<(int Code, string Output, string Errors)> Run(
        string[] arguments, (string Name, string Value)? variable = null, Func<Process, Task>? meanwhile = null)
    {
        ProcessStartInfo start = CliProgram.Start(["live", .. arguments]);
        start.RedirectStandardInput = true;
        if (variable is { } set) start.Environment[set.Name] = set.Value;
        using Process process = Process.Start(start)!;
        process.StandardInput.Close();
        Task<string> output = process.StandardOutput.ReadToEndAsync(), errors = process.StandardError.ReadToEndAsync();
        if (meanwhile is not null) await meanwhile(process);
        await process.WaitForExitAsync().WaitAsync(TimeSpan.FromMinutes(2));
        return (process.ExitCode, await output, await errors);
    }

    private JsonElement Report(string name = "r.json") => JsonSerializer.Deserialize<JsonElement>(File.ReadAllText(_folder.File(name)));

    [Fact]
    public async Task It_writes_the_files_of_a_replay_which_the_other_commands_take()
    {
        using var server = new ScriptedServer();
        (int code, string output, string errors) = await Run(
        [
            .. Load(30, 5), "--turns-per-session", "2", "--endpoint", server.Address, "--model", "m",
            "--report-json", _folder.File("r.json"), "--report-jsonl", _folder.File("r.jsonl"),
                "--report-html", _folder.File("r.html"), "--timeline", _folder.File("t.json"),
            "--report-agents", _folder.File("a.csv"), "--salt", "3", "--cache-salt", "never", "--token-ids", "10-20",
            "--vocabulary-size", "21", "--request-timeout", "60", "--max-seconds", "100", "--fail-on", "p99_ttft_ms>1000000",
        ]);
        JsonElement run = Report().GetProperty("run");
        bool isValid = run.GetProperty("valid").GetBoolean();   // on a busy machine the client may be late
        Assert.Equal(isValid ? 0 : 1, code);
        Assert.Contains(
            "60 requests with 1,920 prompt tokens and 180 output tokens go to " + server.Address, errors, StringComparison.Ordinal);
        Assert.Contains("measured live", output, StringComparison.Ordinal);
        Assert.Equal(60, server.Calls.Count);
        Assert.All(server.Calls, call => Assert.All(call.Ids, id => Assert.InRange(id, 10, 20)));
        Assert.All(server.Calls, call => Assert.False(call.Json.TryGetProperty("cache_salt", out _)));
        Assert.Equal((false, "scripted/1", 3), (run.GetProperty("partial").GetBoolean(),
            run.GetProperty("server").GetProperty("header").GetString(), run.GetProperty("settings").GetProperty("salt").GetInt32()));
        Assert.All((string[])["r.html", "t.json", "a.csv"], name => Assert.True(new FileInfo(_folder.File(name)).Length > 0));

        Measurement measured = Assert.Single(MeasurementReader.Read([_folder.File("r.jsonl")]));
        Assert.Equal(("live", 60, 777L, 32L, "vllm", "m", true), (measured.Format, measured.Requests.Count, measured.Server.NumGpuBlocks,
            measured.Server.BlockSize, measured.Server.Engine, measured.Server.Model, measured.KnowsPrompts));
        Assert.All(measured.Requests, request => Assert.True(request is { TtftMs: > 0, LatencyMs: > 0, InputTokens: 32, OutputTokens: 3 }));
    }

    [Fact]
    public async Task An_interrupt_ends_it_within_a_second_and_keeps_what_was_measured()
    {
        if (OperatingSystem.IsWindows()) return;   // there is no signal to send to a child process
        int count = 0;
        using var server = new ScriptedServer(call => Interlocked.Increment(ref count) <= 10 ? call.Answer() : Task.Delay(120_000));
        var watch = new Stopwatch();
        (int code, _, string errors) = await Run(
            [.. Load(2000, 20), "--endpoint", server.Address, "--model", "m", "--report-json", _folder.File("r.json"), "--report-jsonl",
                _folder.File("r.jsonl")],
            meanwhile: async process =>
            {
                while (Volatile.Read(ref count) < 15) await Task.Delay(20);
                watch.Start();
                using Process kill = Process.Start("kill", ["-INT", $"{process.Id}"]);
                await kill.WaitForExitAsync();
            });
        Assert.Equal(130, code);
        Assert.Contains("interrupted", errors, StringComparison.Ordinal);
        JsonElement report = Report();
        Assert.Equal((true, false), (report.GetProperty("run").GetProperty("partial").GetBoolean(),
            report.GetProperty("run").GetProperty("valid").GetBoolean()));
        Assert.Equal(10, report.GetProperty("completed_requests").GetInt32());
        Assert.Equal(10, MeasurementReader.Read([_folder.File("r.jsonl")])[0].Requests.Count);
    }

    [Fact]
    public async Task A_wrong_count_is_exit_1_with_its_name_and_the_report_is_there()
    {
        using var server = new ScriptedServer(call => call.Answer(tokens: 1));
        (int code, _, string errors) = await Run(
            [.. Load(5, 5), "--endpoint", server.Address, "--model", "m", "--report-json", _folder.File("r.json")]);
        Assert.Equal(1, code);
        Assert.EndsWith($"[{Errors.LiveCountsOff.Id}]\n", errors, StringComparison.Ordinal);
        Assert.False(Report().GetProperty("run").GetProperty("valid").GetBoolean());
    }

    [Fact]
    public async Task Another_machine_has_to_be_confirmed()
    {
        (int code, _, string errors) = await Run([.. Load(5, 5), "--endpoint", "http://192.0.2.1:8000", "--model", "m"]);
        Assert.Equal(1, code);
        Assert.Contains("5 requests", errors, StringComparison.Ordinal);
        Assert.Contains($"[{Errors.LiveNotConfirmed.Id}]", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_key_comes_from_the_environment_and_goes_nowhere_else()
    {
        const string Secret = "sk-geheim-42";
        using var server = new ScriptedServer(call => call.Page($"no {Secret}", 403, "text/plain"));
        (int code, string output, string errors) = await Run(
            [.. Load(5, 5), "--endpoint", server.Address, "--model", "m", "--api-key-env", "MY_KEY",
                "--report-json", _folder.File("r.json"), "--report-jsonl", _folder.File("r.jsonl"),
                "--report-html", _folder.File("r.html")],
            ("MY_KEY", Secret));
        Assert.Equal(1, code);
        Assert.All(server.Calls, call => Assert.Contains($"Authorization: Bearer {Secret}", call.Head, StringComparison.Ordinal));
        Assert.Contains("http_403", errors, StringComparison.Ordinal);
        string all = output + errors + string.Concat(_folder.Everything.Select(name => File.ReadAllText(_folder.File(name))));
        Assert.DoesNotContain(Secret, all, StringComparison.Ordinal);

        (code, _, errors) = await Run([.. Load(5, 5), "--endpoint", server.Address, "--model", "m", "--api-key-env", "MY_OTHER_KEY"]);
        Assert.Equal(2, code);
        Assert.Contains(Errors.LiveKeyInvalid.Id, errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--endpoint is required", "--model", "m")]
    [InlineData("--model is required", "--endpoint", "http://127.0.0.1:1")]
    [InlineData("--token-ids needs two ids", "--endpoint", "http://127.0.0.1:1", "--model", "m", "--token-ids", "20-10")]
    [InlineData("must stay below the vocabulary size", "--endpoint", "http://127.0.0.1:1", "--model", "m", "--vocabulary-size", "30000")]
    [InlineData("--max-seconds must be finite and more than 0", "--endpoint", "http://127.0.0.1:1", "--model", "m", "--max-seconds", "-1")]
    [InlineData("connection_refused", "--endpoint", "http://127.0.0.1:1", "--model", "m")]
    public async Task What_is_missing_or_wrong_is_said_in_one_line(string message, params string[] arguments)
    {
        (int code, _, string errors) = await Run([.. Load(2, 5), .. arguments]);
        Assert.True(code is 1 or 2);
        Assert.Contains(message, errors, StringComparison.Ordinal);
    }
}
