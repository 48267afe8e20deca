using System.Diagnostics;

namespace AgentSim.Tests.Cli;

public sealed class InterruptTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory().FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static readonly string[] Endless =
    [
        "--input-tokens", "16", "--output-tokens", "2000000000", "--request-count", "20", "--replay-concurrency", "1",
        "--extra-engine-args", """{"num_gpu_blocks":40000000}""",
    ];

    [Theory]
    [InlineData("replay", "--report-json")]
    [InlineData("capacity", "--json", "--limit", "p99_ttft_ms=1")]
    public async Task An_interrupt_ends_a_command_with_130_and_leaves_the_old_report(string command, string output, params string[] rest)
    {
        if (OperatingSystem.IsWindows()) return;   // there is no signal to send to a child process
        string report = Path.Combine(_folder, "report.json");
        await File.WriteAllTextAsync(report, "old");
        using Process process = Process.Start(CliProgram.Start([command, .. Endless, output, report, .. rest]))!;
        await Task.Delay(TimeSpan.FromSeconds(1.5));   // long enough to be simulating, far too short to be done
        Assert.False(process.HasExited, "the run was to last");
        using (Process kill = Process.Start("kill", ["-INT", $"{process.Id}"])) await kill.WaitForExitAsync();
        using CancellationTokenSource patience = new(TimeSpan.FromMinutes(1));
        await process.WaitForExitAsync(patience.Token);

        Assert.Equal(130, process.ExitCode);
        Assert.Equal("old", await File.ReadAllTextAsync(report));
        Assert.Equal(["report.json"], Directory.GetFileSystemEntries(_folder).Select(Path.GetFileName));
    }
}
