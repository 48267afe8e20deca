using System.Diagnostics;
using System.Globalization;
using System.IO.Compression;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using AgentSim.Tests.Capture;
using AgentSim.Tests.Zmtp;

namespace AgentSim.Tests.Limits;

/// <summary>
/// A capture that has no more room goes on, in real processes under real limits: every record is in a file as a whole line, or counted.
/// </summary>
public sealed partial class CaptureLimitTests : IDisposable
{
    private const int Events = 600;
    private const int Room = 16 * 1024;
    private const int LongestLine = 512;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("jsonl")]
    [InlineData("jsonl_gz")]
    public Task A_limit_of_the_size_of_files_loses_what_does_not_fit_and_counts_it(string format) => Check([], "ulimit -f 16", format);

    [FullDiskTheory]
    [InlineData("jsonl")]
    [InlineData("jsonl_gz")]
    public Task A_full_disk_loses_what_does_not_fit_and_counts_it(string format) =>
        Check(Limited.Mounting!, "mount -t tmpfs -o size=16k tmpfs out", format);

    private async Task Check(string[] before, string limit, string format)
    {
        if (!OperatingSystem.IsLinux()) return;
        Directory.CreateDirectory(_folder.File("out"));
        string script = _folder.Write("limited.sh", $"{limit}\nexport DOTNET_EnableWriteXorExecute=0\nexec \"$@\"\n");
        ProcessStartInfo start = CliProgram.StartBy([.. before, "bash", script], ["capture", "--output-path", "out/t", "--tool-endpoint",
            "tcp://127.0.0.1:0", "--flush-interval-ms", "50", "--format", format]);
        start.WorkingDirectory = _folder.Path;
        using Process process = Process.Start(start)!;
        _ = process.StandardOutput.ReadToEndAsync();
        string? line;
        do line = await process.StandardError.ReadLineAsync().WaitAsync(Patience);
        while (line is not null && !Endpoint().IsMatch(line));
        using (RawPeer peer = new RawPeer(Endpoint().Match(line!).Value).Connect())
        {
            for (int i = 0; i < Events; i++)
            {
                // Batches of several records, of lengths that fit to nothing.
                peer.Send(TraceCaptureTests.Message($"{Noise(i)}-{new string('x', i % 41)}"));
                if (i % 40 == 39) await Task.Delay(60);
            }

            await Task.Delay(1000);
        }

        // A disk of its own is seen by way of the process.
        List<string> rows = [];
        long largest = 0;
        foreach (string file in Directory.GetFiles($"/proc/{process.Id}/root{_folder.File("out")}"))
        {
            byte[] content = await File.ReadAllBytesAsync(file);
            largest = Math.Max(largest, content.Length);
            using Stream text = format == "jsonl" ? new MemoryStream(content)
                : new GZipStream(new MemoryStream(content), CompressionMode.Decompress);
            string read = await new StreamReader(text, Encoding.UTF8).ReadToEndAsync();
            Assert.True(read.Length == 0 || read[^1] == '\n', "the last line is torn");
            rows.AddRange(read.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        }

        await Process.Start("kill", ["-TERM", process.Id.ToString(CultureInfo.InvariantCulture)]).WaitForExitAsync();
        string error = await process.StandardError.ReadToEndAsync().WaitAsync(Patience);
        await process.WaitForExitAsync().WaitAsync(Patience);
        Assert.True(process.ExitCode == 1, $"exit {process.ExitCode}: {error}");
        foreach (string row in rows) JsonDocument.Parse(row).Dispose();
        Assert.Contains("[CaptureWriteFailed]", error, StringComparison.Ordinal);
        string said = string.Create(CultureInfo.InvariantCulture, $"agentsim: {rows.Count:N0} rows in ");
        Assert.Contains(said, error, StringComparison.Ordinal);
        Assert.EndsWith($"agentsim: {Events - rows.Count} records could not be written [CaptureIncomplete]", error.TrimEnd(),
            StringComparison.Ordinal);
        Assert.InRange(rows.Count, 1, Events - 1);
        // Of the batch that did not fit the records are there that did.
        if (format == "jsonl") Assert.InRange(largest, Room - LongestLine, Room);
    }

    // What cannot be packed.
    private static string Noise(int number) =>
        Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(BitConverter.GetBytes(number)));

    [GeneratedRegex("tcp://127\\.0\\.0\\.1:[0-9]+")]
    private static partial Regex Endpoint();
}
