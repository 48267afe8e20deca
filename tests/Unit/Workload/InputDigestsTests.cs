using System.Diagnostics;
using System.Security.Cryptography;
using AgentSim.Workload;

namespace AgentSim.Tests.Workload;

public sealed class InputDigestsTests
{
    [Fact]
    public void Files_are_described_in_their_order()
    {
        using TempFolder folder = new();
        string[] contents = [new string('x', 300_000), "", "short"];
        string[] files = [.. contents.Select((content, i) => folder.Write($"{i}.jsonl", content))];

        IReadOnlyList<WorkloadInput> inputs = InputDigests.Start(files, CancellationToken.None).Wait();

        Assert.Equal(files.Select(file => new WorkloadInput(file, new FileInfo(file).Length,
            Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(file))))), inputs);
    }

    [Fact]
    public void A_file_that_cannot_be_opened_is_refused_at_once()
    {
        using TempFolder folder = new();
        string[] files = [folder.Write("a.jsonl", "x"), folder.File("missing.jsonl")];
        AgentSimException error = Assert.Throws<AgentSimException>(() => InputDigests.Start(files, CancellationToken.None));
        Assert.Equal("InputUnreadable", error.ErrorId);
        Assert.Contains("missing.jsonl", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_pipe_which_two_readers_would_share_is_refused()
    {
        if (OperatingSystem.IsWindows()) return;
        using TempFolder folder = new();
        string pipe = folder.File("rows");
        using (Process make = Process.Start("mkfifo", [pipe])) make.WaitForExit();
        using Process writer = Process.Start(new ProcessStartInfo("sh", ["-c", "echo x > \"$0\"", pipe]) { RedirectStandardError = true })!;
        AgentSimException error = Assert.Throws<AgentSimException>(() => WorkloadLoader.Load([pipe], new WorkloadOptions()));
        Assert.Equal("InputIsPipe", error.ErrorId);
    }

    [Fact]
    public void Stopped_work_ends_as_cancelled()
    {
        using TempFolder folder = new();
        string file = folder.Write("a.jsonl", "x");
        Assert.ThrowsAny<OperationCanceledException>(() => InputDigests.Start([file], new CancellationToken(canceled: true)).Wait());
    }

    [Fact]
    public void No_files_need_no_work() => Assert.Empty(InputDigests.None.Wait());
}
