using System.Diagnostics;
using System.Text.Json;
using AgentSim.Engines;
using AgentSim.Reports;
using AgentSim.Routing;

namespace AgentSim.Tests.Cli;

public sealed class CommandLineTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory().FullName;
    private string _timing = "";

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private (int Code, string Output, string Error) Run(params string[] arguments)
    {
        ProcessStartInfo start = CliProgram.Start(arguments);
        start.WorkingDirectory = _folder;
        using Process process = Process.Start(start)!;
        Task<string> error = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        _timing = Array.Find(output.Split('\n'), line => line.StartsWith("Timing ", StringComparison.Ordinal)) ?? "";
        return (process.ExitCode, output, error.Result);
    }

    [Fact]
    public void A_replay_without_a_profile_says_whose_timing_it_is()
    {
        Assert.Equal(0, Run("replay", Trace(), "--trace-block-size", "16", "--report-json", "report.json").Code);
        Assert.Contains("built-in: nvidia/Llama-3.1-8B-Instruct-FP8 on one H200", _timing, StringComparison.Ordinal);
        Assert.Contains("\"timing\": \"built-in: nvidia/Llama", File.ReadAllText(Path.Combine(_folder, "report.json")),
            StringComparison.Ordinal);
    }

    private string Trace()
    {
        string path = Path.Combine(_folder, "trace.jsonl");
        File.WriteAllText(path, """
            {"session_id":"A","timestamp":0,"input_length":32,"output_length":3,"hash_ids":[1,2]}
            {"session_id":"A","delay":10,"input_length":64,"output_length":2,"hash_ids":[1,2,3,4]}
            {"session_id":"B","timestamp":5,"input_length":16,"output_length":1,"hash_ids":[9]}

            """);
        return path;
    }

    [Fact]
    public void People_see_what_tasks_come_to_and_scripts_only_what_they_asked_for()
    {
        string[] call = ["replay", TestData.PathOf("traces", "agent-small.trace.jsonl"), "--trace-format", "dynamo", "--report-json",
            "report.json"];
        (int code, string output, string error) = Run(call);
        Assert.Equal((0, ""), (code, error));
        Assert.DoesNotContain("tasks", output);
        if (!File.Exists("/usr/bin/script")) return;   // a terminal to write to

        ProcessStartInfo plain = CliProgram.Start(call);
        string line = string.Join(' ', ((string[])[plain.FileName, .. plain.ArgumentList]).Select(word => $"'{word}'"));
        var start = new ProcessStartInfo("/usr/bin/script", ["-qec", line, "/dev/null"])
            { WorkingDirectory = _folder, RedirectStandardOutput = true, RedirectStandardInput = true };
        using Process terminal = Process.Start(start)!;
        output = terminal.StandardOutput.ReadToEnd();
        terminal.WaitForExit();
        Assert.Equal(0, terminal.ExitCode);
        Assert.Contains("tasks completed: makespan ", output);
        Assert.Contains("(more with --agents)", output);
        Assert.DoesNotContain("\"agents\"", File.ReadAllText(Path.Combine(_folder, "report.json")));
    }

    [Fact]
    public void Sessions_and_tasks_are_shown_and_written_when_asked_for_and_a_run_has_a_name()
    {
        (int code, string output, string error) = Run(
            "replay", Trace(), "--trace-block-size", "16", "--report-json", "report.json", "--report-agents", "tasks.csv", "--name",
                "three turns");
        Assert.Equal((0, ""), (code, error));
        Assert.Contains("2 of 2 tasks completed, in 2 sessions", output);
        Assert.Equal(5, File.ReadAllLines(Path.Combine(_folder, "tasks.csv")).Length);
        using JsonDocument report = JsonDocument.Parse(File.ReadAllText(Path.Combine(_folder, "report.json")));
        Assert.Equal(2, report.RootElement.GetProperty("agents").GetProperty("completed_tasks").GetInt32());
        Assert.Equal("three turns", report.RootElement.GetProperty("run").GetProperty("name").GetString());

        (code, output, _) = Run("replay", Trace(), "--trace-block-size", "16", "--report-json", "plain.json");
        Assert.Equal(0, code);
        Assert.DoesNotContain("tasks", output);
        Assert.DoesNotContain("completed_tasks", File.ReadAllText(Path.Combine(_folder, "plain.json")));

        (code, _, error) = Run("replay",
            Trace(), "--trace-block-size", "16", "--report-json", "never.json", "--report-agents", "tasks.txt");
        Assert.Equal(2, code);
        Assert.Contains(".csv, .json or .jsonl", error);
        Assert.False(File.Exists(Path.Combine(_folder, "never.json")));
    }

    [Fact]
    public void Help_and_version_go_to_standard_output()
    {
        (int code, string output, string error) = Run("replay", "--help");
        Assert.Equal((0, ""), (code, error));
        Assert.Contains("--router-seed", output);
        Assert.Contains("--trace-format", output);

        (code, output, error) = Run("--help");
        Assert.Equal((0, ""), (code, error));
        Assert.Contains("convert", output);

        (code, output, error) = Run("--version");
        Assert.Equal((0, ""), (code, error));
        Assert.Matches(@"^\d+\.\d+\.\d+\s*$", output);
    }

    [Fact]
    public void The_tables_of_arguments_are_printed_without_anything_to_replay()
    {
        (int code, string output, string error) = Run("replay", "--help-engine");
        Assert.Equal((0, ""), (code, error));
        Assert.All(EngineArgumentsTable.Arguments.Names, name => Assert.Contains($"\n  {name}: ", output));
        Assert.Contains("  max_num_seqs: whole number at least 1, or null: no limit; default 256\n      The most requests that " +
            "run at once on a rank.\n", output);

        (code, string router, error) = Run("replay", "--help-router");
        Assert.Equal((0, ""), (code, error));
        Assert.All(RouterSettingsTable.Settings.Names, name => Assert.Contains($"\n  {name}: ", router));
        Assert.Equal((0, $"{output}\n{router}", ""), Run("replay", "--help-router", "--help-engine"));
    }

    [Theory]
    [InlineData("a command is needed")]
    [InlineData("unknown command 'simulate'", "simulate")]
    [InlineData("unknown option --nonsense", "replay", "f", "--nonsense")]
    [InlineData("--sla could be --sla-ttft-ms or --sla-itl-ms or --sla-e2e-ms", "replay", "f", "--sla", "3")]
    [InlineData("there is nothing to replay", "replay")]
    [InlineData("--planner-config: a planner that scales workers during the run is not simulated", "replay", "f", "--planner-config", "{}")]
    [InlineData("--replay-mode online: replay in real time is not supported", "replay", "f", "--replay-mode", "online")]
    [InlineData("--aic-tp-size needs NVIDIA's AIConfigurator (AIC)", "replay", "f", "--aic-tp-size", "2")]
    [InlineData("--input-path is required", "convert", "--output-file", "o")]
    [InlineData("--output-file is required", "convert", "--input-path", "i")]
    [InlineData("--format v2 is for agentic traces", "convert", "--output-file", "o", "--input-path", "i", "--format", "v2")]
    [InlineData("--format must be one of v1, v2 (is 'v3')", "convert", "--output-file", "o", "--input-path", "i", "--format", "v3")]
    [InlineData("--output-path is required", "capture")]
    [InlineData("'nowhere' is not an address to listen on", "capture", "--output-path", "o", "--tool-endpoint", "nowhere")]
    [InlineData("--listen needs --upstream", "capture", "--output-path", "o", "--listen", "http://127.0.0.1:0")]
    [InlineData("'x' is not the address of a server", "capture", "--output-path", "o", "--upstream", "x")]
    [InlineData("--roll-lines must be from 1 to", "capture", "--output-path", "o", "--roll-lines", "0")]
    [InlineData("compare takes two or more reports, or one and --fail-on (1 given)", "compare", "a.json")]
    [InlineData("--tolerance must be finite and not negative (is -1)", "compare", "a.json", "b.json", "--tolerance", "-1")]
    [InlineData("'extra'", "convert", "--output-file", "o", "--input-path", "i", "--agentic", "extra")]
    public void A_wrong_call_shows_the_usage_and_exits_with_2(string message, params string[] arguments)
    {
        (int code, string output, string error) = Run(arguments);
        Assert.Equal((2, ""), (code, output));
        Assert.StartsWith("Usage: agentsim", error);
        Assert.Contains($"agentsim: ", error);
        Assert.Contains(message, error);
    }

    [Theory]
    [InlineData("--extra-engine-args", "--extra-engine-args", "{")]
    [InlineData("there is no such file")]
    [InlineData("sla-e2e-ms must be finite and not negative (is -3)", "--sla-e2e", "-3")]
    [InlineData("num-workers must be at least 1", "--num-workers", "0")]
    [InlineData("--aic-backend needs NVIDIA's AIConfigurator (AIC)", "--aic-backend", "b", "--aic-system", "s", "--aic-model-path", "p")]
    [InlineData("--extra-engine-args: aic_backend needs NVIDIA's AIConfigurator (AIC)", "--extra-engine-args",
        """{"aic_backend":"vllm","aic_system":"h200_sxm"}""")]
    [InlineData("--decode-engine-args: aic_backend needs NVIDIA's AIConfigurator (AIC)", "--prefill-engine-args", "{}",
        "--decode-engine-args", """{"aic_backend":"vllm"}""")]
    [InlineData("router_prefill_load_model aic needs NVIDIA's AIConfigurator (AIC)", "--router-mode", "kv_router", "--num-workers", "2",
        "--router-config", """{"router_prefill_load_model":"aic"}""")]
    public void A_failing_run_is_one_line_and_exits_with_1(string message, params string[] arguments)
    {
        (int code, string output, string error) = Run(["replay", "missing.jsonl", .. arguments, "--report-json", "report.json"]);
        Assert.Equal((1, ""), (code, output));
        Assert.StartsWith("agentsim: ", error);
        Assert.Contains(message, error);
        Assert.Single(error.TrimEnd().Split('\n'));
        Assert.Empty(Directory.GetFileSystemEntries(_folder));
    }

    [Fact]
    public void A_replay_writes_report_records_and_table()
    {
        (int code, string output, string error) = Run(
            "replay", "--trace-block", "16", Trace(), "--num-workers=1", "--num-workers", "2", "--extra-engine-args",
                """{"block_size":16}""",
            "--report-json", "sub/report.json", "--report-jsonl", "records.jsonl", "--sla-e2e", "30");
        Assert.Equal((0, "agentsim: 2 of 3 requests within the SLA, 27.50 requests/sec\n"), (code, error));
        foreach (string line in (string[])["Load     3 requests in 2 sessions, as they arrive", "Engine   vllm block_size=16", "Workers  2",
            "Router   round robin", "Completed 3 of 3 requests in 0.073 simulated seconds", "Not overloaded: 2 workers keep up"])
            Assert.Contains($"\n{line}", output);
        Assert.Matches("\nTime     72.7 ms simulated, [0-9.E-]+ GPU hours \\(computed in ", output);
        Assert.Matches("\nMetric +avg +p50 +p90 +p99 +max\n", output);
        Assert.All(output.Split('\n').SkipWhile(line => !line.StartsWith("Metric ", StringComparison.Ordinal)).TakeWhile(line => line.Length > 0),
            line => Assert.True(line.Length <= 80, line));
        Assert.EndsWith("\nSaved full report to: sub/report.json\n", output);

        JsonElement report = JsonDocument.Parse(File.ReadAllText(Path.Combine(_folder, "sub", "report.json"))).RootElement;
        Assert.Equal(72.731478, report.GetProperty("duration_ms").GetDouble());
        Assert.Equal(2, report.GetProperty("goodput_completed_requests").GetInt32());
        Assert.Equal(2, report.GetProperty("run").GetProperty("settings").GetProperty("num_workers").GetInt32());
        Assert.Equal(3, File.ReadAllLines(Path.Combine(_folder, "records.jsonl")).Length);
    }

    [Fact]
    public void A_replay_that_a_time_cap_cut_off_says_so()
    {
        (int code, _, string error) = Run("replay", Trace(), "--trace-block-size", "16", "--max-sim-time-seconds", "0.03", "--report-json",
            "r.json");
        Assert.Equal((0, "agentsim: 1 of 3 requests completed\n"), (code, error));
    }

    [Fact]
    public void A_replay_writes_a_page_and_plots_in_the_table()
    {
        (int code, string output, string error) = Run(
            "replay", Trace(), "--trace-block-size", "16", "--report-json", "r.json", "--report-html", "sub/page.html", "--plot");
        Assert.Equal((0, ""), (code, error));
        Assert.Matches("\nMetric +p50 +p99 +distribution\n", output);
        Assert.Matches("\nTime to first token \\(ms\\) +[0-9.]+ +[0-9.]+ +[▁▂▃▄▅▆▇█]", output);
        Assert.All(output.Split('\n').SkipWhile(line => !line.StartsWith("Metric ", StringComparison.Ordinal)).TakeWhile(line => line.Length > 0),
            line => Assert.True(line.Length <= 80 || line == Sparkline.Legend, line));
        Assert.StartsWith("<!DOCTYPE html>", File.ReadAllText(Path.Combine(_folder, "sub", "page.html")));
    }

    [Fact]
    public void The_table_of_the_reference_comes_on_request()
    {
        string[] replay = ["replay", Trace(), "--trace-block-size", "16", "--report-json", "r.json", "--reference-table"];
        Assert.StartsWith("NVIDIA AIPerf | LLM Metrics\n┏━", Run(replay).Output);
        Assert.Contains("distribution ┃\n", Run([.. replay, "--plot"]).Output);
    }

    [Fact]
    public void Options_with_nothing_behind_them_stand_below_the_others_in_the_help()
    {
        (int code, string output, string error) = Run("replay", "--help");
        Assert.Equal((0, ""), (code, error));
        int heading = output.IndexOf("\nOptions of the reference that AgentSim has nothing for:\n", StringComparison.Ordinal);
        Assert.True(heading > 0);
        Assert.DoesNotContain("--aic-", output[..heading].Replace("--aic-nextn", "", StringComparison.Ordinal));
        Assert.Equal(17, output[heading..].Split('\n').Count(line => line.StartsWith("  --", StringComparison.Ordinal)));
        Assert.DoesNotContain("has nothing for", Run("sweep", "--help").Output);
    }

    [Fact]
    public void Compare_shows_differences_and_fails_on_rules()
    {
        string trace = Trace();
        foreach (string workers in (string[])["1", "2"])
            Assert.Equal(0, Run("replay", trace, "--trace-block-size", "16", "--num-workers", workers, "--extra-engine-args",
                """{"block_size":16}""", "--report-json", $"{workers}.json").Code);

        (int code, string output, string error) = Run("compare", "2.json", "1.json", "--fail-on", "decode_worker_seconds>+5%",
            "duration_ms>1e9");
        Assert.Equal((0, ""), (code, error));
        Assert.Contains("┃ decode_worker_seconds", output);
        Assert.Contains("▲ better", output);
        Assert.Contains("✓ kept: 1.json: decode_worker_seconds is ", output);

        (code, output, error) = Run("compare", "1.json", "2.json", "--fail-on", "decode_worker_seconds>+5%", "--fail-on",
            "duration_ms>1e9");
        Assert.Equal(1, code);
        Assert.Contains("✗ missed: 2.json: decode_worker_seconds is ", output);
        Assert.StartsWith("agentsim: 1 of 2 limits missed; the first: decode_worker_seconds is ", error);
        Assert.Single(error.TrimEnd().Split('\n'));

        (code, output, error) = Run("compare", "1.json", "2.json", "--fail-on", "p99_ttft_ms");
        Assert.Equal((2, ""), (code, output));
        Assert.Contains("'p99_ttft_ms' is no rule; use METRIC>NUMBER", error);
        foreach (string rule in (string[])["mean_ttft_ms<=20", "mean_ttft_ms>29,5", "mean_ttft_ms>", "mean_ttft_ms>+x%"])
        {
            (code, _, error) = Run("compare", "1.json", "2.json", "--fail-on", rule);
            Assert.Equal(2, code);
            Assert.Contains($"'{rule}' is no rule", error);   // as it was written
        }

    }

    // Findings A1, A5 and A6 on the command line.
    [Fact]
    public void Compare_does_not_pass_what_was_not_measured()
    {
        string trace = Trace();
        Assert.Equal(0, Run("replay", trace, "--trace-block-size", "16", "--report-json", "all.json").Code);
        (int code, string output, string error) = Run("replay", trace, "--trace-block-size", "16", "--max-sim-time-seconds", "0.001",
            "--report-json", "none.json");
        Assert.Equal(0, code);
        Assert.DoesNotContain("Time to First Token (ms)                           ┃ 0.00", output);
        Assert.Contains("of 3 requests completed", error);

        foreach (string rule in (string[])["p99_ttft_ms>1e9", "p99_ttft_ms<0", "p99_itl_ms>+500%", "duration_ms>1e9", "gpu_hours>1e9",
            "request_throughput_rps>1e9"])
        {
            (code, output, _) = Run("compare", "all.json", "none.json", "--fail-on", rule);
            Assert.Equal(1, code);
            Assert.Contains("has no samples: no request gave any", output);
        }

        (code, output, _) = Run("compare", "none.json", "all.json", "--fail-on", "p99_ttft_ms>+5%");
        Assert.Equal(1, code);
        Assert.Contains("p99_ttft_ms has no samples in the baseline", output);
        Assert.Contains("? no samples", output);

        foreach ((string rule, int expected) in ((string, int)[])[("", 2), ("p99_tft_ms>5", 1), ("p99_ttft_ms>29,5", 2),
            ("p99_ttft_ms>-5", 1), ("p99_ttft_ms>NaN", 1), ("p99_ttft_ms<-100%", 1)])
        {
            (code, output, _) = Run("compare", "all.json", "all.json", "--fail-on", rule);
            Assert.Equal((expected, ""), (code, output));
        }

        Assert.Equal(2, Run("compare", "all.json", "all.json", "--fail-on").Code);
        Assert.Equal(2, Run("compare", "--fail-on", "p99_ttft_ms>5").Code);
    }

    // Runs the program from a shell: what it does before, and how it redirects the outputs. Returns exit code and errors.
    private (int Code, string Error) RunByShell(string before, string redirection, params string[] arguments)
    {
        string script = Path.Combine(_folder, "run.sh");
        File.WriteAllText(script, $"{before}\nexec \"$@\" {redirection}\n");
        ProcessStartInfo start = CliProgram.StartBy(["sh", script], arguments);
        start.WorkingDirectory = _folder;
        using Process process = Process.Start(start)!;
        Task<string> error = process.StandardError.ReadToEndAsync();
        process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        File.Delete(script);
        return (process.ExitCode, error.Result);
    }

    [Theory]
    [InlineData("replay")]
    [InlineData("--help")]
    [InlineData("replay", "--help")]
    [InlineData("--version")]
    public void A_full_standard_output_is_an_error_of_one_line(params string[] arguments)
    {
        if (!OperatingSystem.IsLinux()) return;
        string[] all = arguments is ["replay"] ? ["replay", Trace(), "--trace-block-size", "16", "--report-json", "r.json"] : arguments;
        (int code, string error) = RunByShell("", ">/dev/full", all);
        Assert.Equal(1, code);
        Assert.StartsWith("agentsim: standard output cannot be written: ", error);
        Assert.Single(error.TrimEnd().Split('\n'));
    }

    [Theory]
    [InlineData(">>long", 1,
        "agentsim: standard output cannot be written: it would be larger than the file system or a limit allows [OutputFailed]\n",
            "--help")]
    [InlineData("2>>long", 2, "", "--nonsense")]
    public void An_output_that_is_as_large_as_allowed_is_one_that_takes_nothing(string redirection, int code, string error, string argument)
    {
        if (!OperatingSystem.IsLinux()) return;
        File.WriteAllBytes(Path.Combine(_folder, "long"), new byte[1 << 15]);
        // The runtime must not need a large file for itself.
        Assert.Equal((code, error), RunByShell("ulimit -f 8; export DOTNET_EnableWriteXorExecute=0", redirection, argument));
    }

    [Theory]
    [InlineData(1, "missing.jsonl")]
    [InlineData(2, "missing.jsonl", "--nonsense")]
    public void Where_standard_error_takes_nothing_the_exit_code_still_tells(int code, params string[] arguments)
    {
        if (!OperatingSystem.IsLinux()) return;
        foreach (string redirection in (string[])["2>/dev/full", "2>&-"])
            Assert.Equal(code, RunByShell("", redirection, ["replay", .. arguments]).Code);
    }

    [Fact]
    public void A_file_larger_than_allowed_is_an_error_that_names_it_and_leaves_nothing()
    {
        if (!OperatingSystem.IsLinux()) return;
        // The runtime must not need a large file for itself.
        (int code, string error) = RunByShell("ulimit -f 8; export DOTNET_EnableWriteXorExecute=0", "",
            "replay", Trace(), "--trace-block-size", "16", "--report-html", "page.html", "--report-json", "r.json");
        Assert.Equal((1, "agentsim: page.html: cannot be written: it would be larger than the file system or a limit " +
            "allows [OutputFailed]\n"), (code, error));
        Assert.Equal(["trace.jsonl"], Directory.GetFileSystemEntries(_folder).Select(Path.GetFileName));
    }

    [Fact]
    public void A_report_path_that_is_a_folder_gets_a_name_inside_it()
    {
        (int code, _, string error) = Run("replay", Trace(), "--trace-block-size", "16", "--report-json", _folder);
        Assert.Equal((0, ""), (code, error));
        Assert.Single(Directory.GetFiles(_folder, "dynamo_replay_report_????????_??????.json"));
    }

    [Theory]
    [InlineData("--report-html and --report-json name the same file, ./r", "replay", "in", "--report-html", "r", "--report-json", "./r")]
    [InlineData("--report-json would replace in, which is read", "replay", "in", "--report-json", "in")]
    [InlineData("--timeline would replace ./in, which is read", "replay", "in", "--timeline", "./in")]
    [InlineData("--output-file would replace in, which is read", "convert", "--input-path", "in", "--output-file", "in")]
    [InlineData("--output would replace in, which is read", "timeline", "in", "-o", "in")]
    public void No_file_is_replaced_that_is_read_or_was_just_written(string message, params string[] arguments)
    {
        string recording = File.ReadAllText(TestData.PathOf("traces", "plain.trace.jsonl"));
        File.WriteAllText(Path.Combine(_folder, "in"), recording);
        (int code, string output, string error) = Run(arguments);
        Assert.Equal((2, ""), (code, output));
        Assert.Contains(message, error);
        Assert.Equal(recording, File.ReadAllText(Path.Combine(_folder, "in")));
        Assert.Single(Directory.GetFiles(_folder));
    }

    [Fact]
    public void Several_outputs_may_go_to_a_device()
    {
        if (OperatingSystem.IsWindows()) return;
        (int code, _, string error) = Run("replay", Trace(), "--trace-block-size", "16", "--report-json", "/dev/null", "--report-jsonl",
            "/dev/null");
        Assert.Equal((0, ""), (code, error));
    }

    [Fact]
    public void A_file_in_shared_memory_is_no_device_and_is_not_replaced_either()
    {
        if (!OperatingSystem.IsLinux()) return;
        string recording = $"/dev/shm/agentsim-{Guid.NewGuid():N}";
        File.Copy(Path.Combine(_folder, Trace()), recording);
        try
        {
            (int code, _, string error) = Run("replay", recording, "--trace-block-size", "16", "--report-json", recording);
            Assert.Equal(2, code);
            Assert.Contains($"--report-json would replace {recording}, which is read", error);
        }
        finally
        {
            File.Delete(recording);
        }
    }

    [Fact]
    public void Blocks_that_are_too_long_for_the_rows_are_warned_of()
    {
        (int code, _, string error) = Run("replay", Trace(), "--report-json", "r.json");
        Assert.Equal(0, code);
        Assert.EndsWith("trace.jsonl: 2 of 3 rows have more hash ids than blocks of 512 tokens; 16 tokens fit every row; is " +
            "--trace-block-size right?\n", error);
        Assert.StartsWith("agentsim: warning: ", error);
    }

    [Fact]
    public void Agentic_rows_read_as_plain_ones_warn_on_standard_error()
    {
        string rows = Path.Combine(_folder, "rows.jsonl");
        File.WriteAllText(rows, """{"timestamp":0,"input_length":1,"output_length":1,"hash_ids":[1],"wait_for":[]}""" + "\n");
        (int code, _, string error) = Run("replay", rows, "--report-json", "r.json");
        Assert.Equal(0, code);
        Assert.Equal($"agentsim: warning: {rows}:1: the line looks like an agentic Mooncake row; read as plain rows, the rows of this " +
            "file do not wait for each other\n", error);
    }

    [Fact]
    public void A_speed_up_with_concurrency_warns_on_standard_error()
    {
        (int code, _, string error) = Run(
            "replay", Trace(), "--trace-block-size", "16", "--replay-concurrency", "1", "--arrival-speedup-ratio", "2", "--report-json",
                "r.json");
        Assert.Equal(0, code);
        Assert.StartsWith("agentsim: warning: --arrival-speedup-ratio", error);
    }

    [Fact]
    public void A_sweep_writes_a_row_for_every_combination_and_goes_on_from_its_checkpoint()
    {
        string[] call = ["sweep", Trace(), "--trace-block-size", "16", "--num-workers", "1", "2", "--copies", "1", "3", "--csv", "rows.csv",
            "--jsonl", "rows.jsonl", "--checkpoint", "points", "--metric", "p99_ttft_ms"];
        (int code, string output, string error) = Run(call);
        Assert.Equal((0, ""), (code, error));
        Assert.Contains("┃ # ┃ workers ┃    knobs ┃ p99_ttft_ms ┃", output);
        string[] lines = File.ReadAllLines(Path.Combine(_folder, "rows.jsonl"));
        JsonElement[] rows = [.. lines.Select(line => JsonDocument.Parse(line).RootElement)];
        Assert.Equal([(1, ""), (2, ""), (1, "copies=3"), (2, "copies=3")],
            rows.Select(row => (row.GetProperty("workers").GetInt32(), row.GetProperty("knobs").GetString()!)));
        Assert.Equal([3.0, 3.0, 9.0, 9.0], rows.Select(row => row.GetProperty("metrics").GetProperty("completed_requests").GetDouble()));
        string[] csv = File.ReadAllLines(Path.Combine(_folder, "rows.csv"));
        Assert.StartsWith("index,engine,prefill_engine,workers,", csv[0], StringComparison.Ordinal);
        Assert.Equal((5, 1), (csv.Length, csv.Select(line => line.Split(',').Length).Distinct().Count()));

        int points = File.ReadAllLines(Path.Combine(_folder, "points")).Length;
        Assert.Equal((0, output, ""), Run(call));
        Assert.Equal(points, File.ReadAllLines(Path.Combine(_folder, "points")).Length);
        (code, _, error) = Run([.. call, "--sla-ttft-ms", "5"]);
        Assert.Equal(1, code);
        Assert.Contains("[CheckpointMismatch]", error);

        // What replays of the single combinations say.
        Assert.Equal(0, Run("replay", "trace.jsonl", "--trace-block-size", "16", "--num-workers", "2", "--copies", "3", "--report-json",
            "one.json").Code);
        double p99 = JsonDocument.Parse(File.ReadAllText(Path.Combine(_folder, "one.json"))).RootElement.GetProperty("p99_ttft_ms")
            .GetDouble();
        Assert.Equal(p99, rows[3].GetProperty("metrics").GetProperty("p99_ttft_ms").GetDouble());
    }

    [Fact]
    public void A_sweep_says_which_combinations_failed_and_writes_the_others()
    {
        (int code, string output, string error) = Run("sweep", Trace(), "--trace-block-size", "16", "--num-workers", "1", "2",
            "--router-mode", "kv_router", "--csv", "rows.csv");
        Assert.Equal(1, code);
        Assert.Contains("combination 0 (vllm, 1 worker, KvRouter) could not be replayed", error);
        Assert.Contains("failed", output);
        Assert.Equal(3, File.ReadAllLines(Path.Combine(_folder, "rows.csv")).Length);
        Assert.Equal(2, Run("sweep", "trace.jsonl", "--num-workers", "x").Code);
    }

    [Fact]
    public void Knobs_of_a_replay_stand_in_its_report_only_when_they_change_something()
    {
        string trace = Trace();
        Assert.Equal(0, Run("replay", trace, "--trace-block-size", "16", "--report-json", "plain.json", "--report-jsonl",
            "plain.jsonl").Code);
        Assert.Equal(0, Run("replay", trace, "--trace-block-size", "16", "--report-json", "neutral.json", "--report-jsonl", "neutral.jsonl",
            "--copies", "1", "--task-arrival-speedup-ratio", "1", "--tool-speedup-ratio", "1,bash=1", "--think-speedup-ratio", "1.0",
                "--output-ratio", "1").Code);
        Assert.Equal(Read("plain.jsonl"), Read("neutral.jsonl"));
        Assert.Equal(Settings("plain.json").GetRawText(), Settings("neutral.json").GetRawText());
        (int code, _, string error) = Run("replay", trace, "--trace-block-size", "16", "--report-json", "changed.json",
            "--think-speedup-ratio", "2", "--copies", "2", "--max-idle-seconds", "0.004", "--concurrent-tasks", "3");
        Assert.Equal((0, ""), (code, error));
        JsonElement settings = Settings("changed.json");
        Assert.Equal((2.0, 2, 0.004, 3), (settings.GetProperty("think_speedup_ratio").GetDouble(), settings.GetProperty("copies")
            .GetInt32(), settings.GetProperty("max_idle_seconds").GetDouble(), settings.GetProperty("concurrent_tasks").GetInt32()));
        Assert.Equal(0.01, settings.GetProperty("copies_window_seconds").GetDouble(), 1e-12);
        Assert.Equal(0, settings.GetProperty("copies_shared_tokens").GetInt64());

        (code, _, error) = Run("replay", trace, "--trace-block-size", "16", "--report-json", "no.json", "--tool-speedup-ratio", "2");
        Assert.Equal(1, code);
        Assert.Contains("--tool-speedup-ratio needs rows that tell waits for tools", error);
        Assert.Contains("[WorkloadKnobRefused]", error);
        (code, _, error) = Run("replay", "--input-tokens", "10", "--output-tokens", "2", "--request-count", "3", "--request-rate", "1",
            "--copies", "2");
        Assert.Equal(1, code);
        Assert.Contains("--copies changes a trace", error);
        Assert.False(File.Exists(Path.Combine(_folder, "no.json")));

        string Read(string name) => File.ReadAllText(Path.Combine(_folder, name));
        JsonElement Settings(string name) => JsonDocument.Parse(Read(name)).RootElement.GetProperty("run").GetProperty("settings");
    }

    [Fact]
    public void Limits_are_tested_on_a_replay_and_on_one_report()
    {
        string trace = Trace();
        (int code, _, string error) = Run("replay", trace, "--trace-block-size", "16", "--report-json", "one.json", "--fail-on",
            "p99_ttft_ms>0.001", "completed_requests<3");
        Assert.Equal(1, code);
        Assert.Contains("✗ missed: p99_ttft_ms is", error);
        Assert.Contains("✓ kept: completed_requests is 3", error);
        Assert.Contains("[LimitMissed]", error);
        Assert.True(File.Exists(Path.Combine(_folder, "one.json")), "the report is there all the same");
        Assert.Equal(0, Run("replay", trace, "--trace-block-size", "16", "--report-json", "one.json", "--fail-on",
            "p99_ttft_ms>1000").Code);
        (code, string output, _) = Run("compare", "one.json", "--fail-on", "completed_requests<4");
        Assert.Equal(1, code);
        Assert.StartsWith("✗ missed: one.json: completed_requests is 3", output, StringComparison.Ordinal);
        Assert.Equal(0, Run("compare", "one.json", "--fail-on", "completed_requests<3").Code);
        Assert.Contains("[BaselineMissing]", Run("compare", "one.json", "--fail-on", "p99_ttft_ms>+5%").Error);

        Assert.Equal(0, Run("replay", trace, "--trace-block-size", "16", "--report-json", "two.json", "--copies", "2").Code);
        (code, output, _) = Run("compare", "one.json", "two.json", "--metric", "*_ttft_ms", "completed_requests");
        Assert.Equal(0, code);
        Assert.Contains("completed_requests", output);
        Assert.DoesNotContain("duration_ms", output);
        Assert.Contains("[MetricUnknown]", Run("compare", "one.json", "two.json", "--metric", "p99_ttft").Error);
    }

    [Fact]
    public void Sessions_of_a_trace_are_a_table_a_tree_or_lines()
    {
        string trace = TestData.PathOf("../../../samples/agent-small.trace.jsonl.gz");
        (int code, string output, string error) = Run("sessions", trace, "--tree");
        Assert.Equal((0, ""), (code, error));
        Assert.Contains("Requests          67\n", output);
        Assert.Contains("┃     agent-1100-2:root/sub28/sub29 ┃     9 ┃     4 ┃     13.460 ┃", output);
        (code, output, _) = Run("sessions", trace, "--format", "jsonl", "--top", "1");
        Assert.Equal(0, code);
        JsonElement session = JsonDocument.Parse(output).RootElement;
        Assert.Equal(("agent-1100-0:root/sub2/sub16", 13519.0),
            (session.GetProperty("session_id").GetString(), session.GetProperty("duration_ms").GetDouble()));
        (code, output, _) = Run("sessions", trace, "--format", "csv");
        Assert.Equal((0, 14), (code, output.TrimEnd().Split('\n').Length));
        Assert.Equal(2, Run("sessions").Code);
        Assert.Equal(1, Run("sessions", "nowhere.jsonl").Code);
    }
}
