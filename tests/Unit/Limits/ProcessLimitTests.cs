using System.Diagnostics;

namespace AgentSim.Tests.Limits;

/// <summary>
/// The table of docs/limits.md: real processes under real limits. Whatever a limit keeps from being done is one line with a place or
/// a cause, an exit code, and no file that is half there.
/// </summary>
public sealed class ProcessLimitTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    public static TheoryData<string> Commands => [.. Lines.Keys];

    // Each writes more than a limit of ten blocks allows.
    private static readonly Dictionary<string, string[]> Lines = new()
    {
        ["replay"] = ["replay", "trace.jsonl.gz", "--trace-format", "dynamo", "--agents", "--report-json", "out/r.json", "--report-html",
            "out/r.html", "--report-jsonl", "out/r.jsonl", "--report-agents", "out/r.csv", "--timeline", "out/r.timeline.json"],
        ["sweep"] = ["sweep", "trace.jsonl.gz", "--trace-format", "dynamo", "--num-workers", "1", "2", "3", "4", "5", "6", "7", "8",
            "--csv", "out/s.csv", "--jsonl", "out/s.jsonl"],
        ["convert"] = ["convert", "--agentic", "--input-path", "trace.jsonl.gz", "--output-file", "out/rows.jsonl"],
        ["timeline"] = ["timeline", "trace.jsonl.gz", "-o", "out/t.json"],
        ["import"] = ["import", "--format", "table", "table.csv", "--output-path", "out/i", "--summary", "out/i.json"],
        ["calibrate"] = ["calibrate", "bench.json", "-o", "out/fit.npz", "--num-gpu-blocks", "1000", "--layers", "2"],
    };

    private (int Code, string Error) Run(string limit, params string[] arguments) => Run([], limit, "exec \"$@\"", arguments);

    private (int Code, string Error) Run(string[] before, string limit, string run, params string[] arguments)
    {
        File.Copy(TestData.PathOf("..", "..", "..", "bench", "fuzz", "seeds", "measurement", "bench.json"), _folder.File("bench.json"),
            overwrite: true);
        File.Copy(TestData.PathOf("..", "..", "..", "samples", "agent-small.trace.jsonl.gz"), _folder.File("trace.jsonl.gz"), overwrite: true);
        File.WriteAllLines(_folder.File("table.csv"), ["TIMESTAMP,ContextTokens,GeneratedTokens", .. Enumerable.Range(0, 20_000)
            .Select(i => FormattableString.Invariant($"2023-11-16 18:{i / 60 % 60:00}:{i % 60:00}.{i % 1000:000},{1 + (i * 104_729L % 4096)},{1 + (i * 1299 % 977)}"))]);
        // The runtime of the portable program must not need a large file for itself.
        string script = _folder.Write("limited.sh", $"{limit}\nexport DOTNET_EnableWriteXorExecute=0\n{run}\n");
        ProcessStartInfo start = CliProgram.StartBy([.. before, "bash", script], arguments);
        start.WorkingDirectory = _folder.Path;
        using Process process = Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        string error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        _said = output.Result;
        return (process.ExitCode, error);
    }

    private string _said = "";

    private string[] Outputs => [.. _folder.Everything.Where(name => name.StartsWith("out/", StringComparison.Ordinal)
        || name.Contains(".agentsim", StringComparison.Ordinal))];

    [Theory]
    [MemberData(nameof(Commands))]
    public void A_limit_of_the_size_of_files_is_one_line_and_none_of_the_files(string command)
    {
        if (!OperatingSystem.IsLinux()) return;
        string[] line = Lines[command];
        (int code, string error) = Run("ulimit -f 10", line);
        Assert.True(code == 1, $"exit {code}: {error}");
        string last = error.TrimEnd().Split('\n')[^1];
        Assert.EndsWith("cannot be written: it would be larger than the file system or a limit allows [OutputFailed]", last);
        Assert.Empty(Outputs);
    }

    [FullDiskTheory]
    [MemberData(nameof(Commands))]
    public void A_full_disk_is_one_line_and_none_of_the_files(string command)
    {
        Directory.CreateDirectory(_folder.File("out"));
        // The disk goes away with the shell, so that it says itself what is on it.
        (int code, string error) = Run(Limited.Mounting!, "mount -t tmpfs -o size=8k tmpfs out",
            "\"$@\"; code=$?; echo \"left:\" $(ls -A out); exit $code", Lines[command]);
        Assert.True(code == 1, $"exit {code}: {error}");
        string last = error.TrimEnd().Split('\n')[^1];
        Assert.EndsWith(" cannot be written: no space is left on the disk [OutputFailed]", last, StringComparison.Ordinal);
        Assert.EndsWith("left:\n", _said, StringComparison.Ordinal);
    }

    [FewThreadsTheory]
    [MemberData(nameof(Commands))]
    public void Too_few_threads_are_one_line_and_none_of_the_files_and_a_few_more_are_enough(string command)
    {
        if (OperatingSystem.IsWindows()) return;
        bool hasWorked = false, hasFailed = false;
        File.SetUnixFileMode(_folder.Path, (UnixFileMode)0b111_111_111);
        foreach (int threads in (int[])[2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 16, 64])
        {
            if (Directory.Exists(_folder.File("out"))) Directory.Delete(_folder.File("out"), recursive: true);
            (int code, string error) = Run(Limited.Counted!, $"ulimit -u {threads}", "exec \"$@\"", Lines[command]);
            (hasWorked, hasFailed) = (hasWorked || code == 0, hasFailed || code != 0);
            if (code == 0) Assert.NotEmpty(Outputs);
            else Assert.True(Outputs.Length == 0, $"ulimit -u {threads}, exit {code}: {error}, {string.Join(", ", Outputs)}");
            Assert.DoesNotContain("internal error", error);
            Assert.DoesNotContain("Unhandled exception", error);
            if (code != 0) Assert.False(string.IsNullOrWhiteSpace(error), $"ulimit -u {threads}: exit {code} without a word");
            if (code == 1) Assert.EndsWith(" [MemoryExhausted]", error.TrimEnd(), StringComparison.Ordinal);
        }

        Assert.True(hasWorked && hasFailed, "the limits are all too low or all too high to show anything");
    }

    [Theory]
    [InlineData("ulimit -n 64")]
    [InlineData("ulimit -n 200")]
    [InlineData("ulimit -v 4000000")]
    [InlineData("ulimit -v 700000")]
    [InlineData("ulimit -t 1")]
    public void Other_limits_end_in_all_of_the_files_or_in_one_line_and_none(string limit)
    {
        if (!OperatingSystem.IsLinux()) return;
        // Something that goes on for a while, and for which there is too little of some things.
        string[] line = ["replay", "--input-tokens", "4096", "--output-tokens", "200", "--request-count", "60000", "--replay-concurrency", "200",
            "--report-json", "out/r.json", "--report-jsonl", "out/r.jsonl", "--report-html", "out/r.html"];
        (int code, string error) = Run(limit, line);
        if (code == 0) Assert.Equal(["out/r.html", "out/r.json", "out/r.jsonl"], Outputs);
        else Assert.Empty(Outputs);
        Assert.DoesNotContain("   at ", error);   // no traces of the stack
        Assert.DoesNotContain("internal error", error);
        if (code != 0) Assert.False(string.IsNullOrWhiteSpace(error), $"exit {code} without a word");
    }

    [Theory]
    [InlineData("--tool-endpoint", "tcp://127.0.0.1:0")]
    [InlineData("--upstream", "http://127.0.0.1:9", "--listen", "http://127.0.0.1:0")]
    [InlineData]
    public void A_capture_into_a_folder_that_takes_nothing_fails_at_its_start(params string[] more)
    {
        if (!OperatingSystem.IsLinux()) return;
        foreach (string format in (string[])["jsonl_gz", "jsonl"])
        {
            if (more.Length == 0 && format == "jsonl") continue;   // then it is the frontend that makes the file
            (int code, string error) = Run("", ["capture", "--output-path", "/proc/nowhere/t", "--format", format, .. more]);
            Assert.True(code == 1, $"exit {code}: {error}");
            Assert.EndsWith("[CaptureUnwritable]", error.TrimEnd());
        }
    }
}
