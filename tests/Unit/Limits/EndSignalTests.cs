using System.Diagnostics;

namespace AgentSim.Tests.Limits;

/// <summary>Signals at random moments of real processes: all files of a call are there, or none; nothing is left half made.</summary>
public sealed class EndSignalTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(1, "TERM")]
    [InlineData(2, "TERM", "TERM")]
    [InlineData(3, "INT", "TERM")]
    [InlineData(4, "HUP", "INT", "QUIT")]
    [InlineData(5, "ALRM")]
    [InlineData(6, "USR1", "XCPU")]
    [InlineData(7, "INT", "2", "TERM")]
    public async Task Whatever_signal_comes_when_the_files_are_all_there_or_none_is(int seed, params string[] signals)
    {
        if (!OperatingSystem.IsLinux()) return;
        string trace = TestData.PathOf("..", "..", "..", "samples", "agent-small.trace.jsonl.gz");
        var random = new Random(seed);
        foreach (int round in Enumerable.Range(0, 6))
        {
            string folder = Directory.CreateDirectory(_folder.File($"{round}")).FullName;
            ProcessStartInfo start = CliProgram.Start("replay", trace, "--trace-format", "dynamo", "--agents", "--report-json", "r.json",
                "--report-html", "r.html", "--report-jsonl", "r.jsonl", "--report-agents", "r.csv", "--timeline", "t.json");
            start.WorkingDirectory = folder;
            using Process process = Process.Start(start)!;
            Task<string> output = process.StandardOutput.ReadToEndAsync(), error = process.StandardError.ReadToEndAsync();
            // From when it listens to signals to about when it ends.
            await Task.Delay(random.Next(150, 900));
            foreach (string signal in signals)
            {
                if (int.TryParse(signal, out int seconds)) await Task.Delay(TimeSpan.FromSeconds(seconds));
                else if (!process.HasExited) await Process.Start("kill", [$"-{signal}", $"{process.Id}"]).WaitForExitAsync();
                await Task.Delay(random.Next(0, 30));
            }

            using CancellationTokenSource patience = new(TimeSpan.FromMinutes(1));
            await process.WaitForExitAsync(patience.Token);
            string[] left = [.. Directory.GetFileSystemEntries(folder).Select(entry => Path.GetFileName(entry)!).Order(StringComparer.Ordinal)];
            Assert.True(left.Length == 0 || left is ["r.csv", "r.html", "r.json", "r.jsonl", "t.json"],
                $"exit {process.ExitCode}, left {string.Join(", ", left)}: {await error}");
            Assert.DoesNotContain("internal error", await error);
            _ = await output;
        }
    }

    [Theory]
    [InlineData("round_robin")]
    [InlineData("kv_router")]
    public async Task An_interrupt_ends_a_replay_while_its_workers_are_being_made(string router)
    {
        if (OperatingSystem.IsWindows()) return;
        ProcessStartInfo start = CliProgram.Start("replay", "--input-tokens", "64", "--output-tokens", "8", "--request-count", "20",
            "--replay-concurrency", "10", "--num-workers", "1000000", "--router-mode", router, "--report-json", "r.json");
        start.WorkingDirectory = _folder.Path;
        using Process process = Process.Start(start)!;
        await Task.Delay(TimeSpan.FromSeconds(1));
        await Process.Start("kill", ["-INT", $"{process.Id}"]).WaitForExitAsync();
        using CancellationTokenSource patience = new(TimeSpan.FromMinutes(1));
        await process.WaitForExitAsync(patience.Token);
        Assert.Equal(130, process.ExitCode);
        Assert.Empty(_folder.Everything);
    }

    [Fact]
    public async Task Programs_that_the_program_starts_do_not_ignore_what_it_handles()
    {
        if (!OperatingSystem.IsLinux()) return;
        AgentSim.Files.ProcessLimits.IgnoreFileSizeSignal();
        using Process process = Process.Start(new ProcessStartInfo("grep", ["SigIgn", "/proc/self/status"]) { RedirectStandardOutput = true })!;
        string mask = (await process.StandardOutput.ReadToEndAsync()).Split(':')[1].Trim();
        Assert.Equal(0ul, Convert.ToUInt64(mask, 16) & (1ul << 24));   // SIGXFSZ is 25
    }
}
