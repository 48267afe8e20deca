using System.Diagnostics;
using System.IO.Compression;
using AgentSim.Engines;
using AgentSim.Files;
using AgentSim.Metrics;
using AgentSim.Rows;
using AgentSim.Simulation;
using AgentSim.Workload;

namespace AgentSim.Tests.Limits;

/// <summary>No small input takes much memory or time, and every limit has a name that raises it.</summary>
public sealed class InputLimitTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Devices_without_an_end_are_refused()
    {
        if (!OperatingSystem.IsLinux()) return;
        AgentSimException error = Assert.Throws<AgentSimException>(() => ReportReader.Read("/dev/zero"));
        Assert.Equal("InputTooLarge", error.ErrorId);
        Assert.Contains(InputLimits.Report.Variable, error.Message);
        File.CreateSymbolicLink(_folder.File("zero.npz"), "/dev/zero");
        Assert.Contains(InputLimits.Profile.Variable, Assert.Throws<AgentSimException>(
            () => ProfileTables.Load(_folder.File("zero.npz"))).Message);
    }

    [Theory]
    [InlineData("prefill_isl")]
    [InlineData("never_read")]
    public void A_profile_that_unpacks_to_gigabytes_takes_no_memory(string entry)
    {
        string path = _folder.File("bomb.npz");
        using (var archive = new ZipArchive(File.Create(path), ZipArchiveMode.Create))
        {
            using Stream stream = archive.CreateEntry($"{entry}.npy", CompressionLevel.Fastest).Open();
            byte[] piece = new byte[1 << 20];
            for (int i = 0; i < 300; i++) stream.Write(piece);
        }

        long before = GC.GetTotalAllocatedBytes(precise: true);
        Assert.Equal("ProfileInvalid", Assert.Throws<AgentSimException>(() => ProfileTables.Load(path)).ErrorId);
        Assert.InRange(GC.GetTotalAllocatedBytes(precise: true) - before, 0, 400L << 20);
    }

    [Fact]
    public void A_variable_raises_or_lowers_each_limit_and_the_page_has_all_of_them()
    {
        string page = File.ReadAllText(TestData.PathOf("..", "..", "..", "docs", "limits.md"));
        foreach (InputLimit limit in InputLimits.All)
        {
            Assert.Contains($"`{limit.Variable}`", page);
            Environment.SetEnvironmentVariable(limit.Variable, $"{limit.Default + 1}");
            try
            {
                Assert.Equal(limit.Default + 1, limit.Value);
            }
            finally
            {
                Environment.SetEnvironmentVariable(limit.Variable, null);
            }

            Assert.Equal(limit.Default, limit.Value);
        }
    }

    [Fact]
    public void A_raised_limit_lets_a_larger_report_in()
    {
        string report = _folder.Write("r.json", $$"""{"completed_requests":1,"note":"{{new string('a', InputLimits.Report.Default)}}"}""");
        using Process refused = Start(null, report);
        Assert.Contains("[InputTooLarge]", refused.StandardError.ReadToEnd());
        using Process read = Start("33554432", report);
        Assert.DoesNotContain("InputTooLarge", read.StandardError.ReadToEnd());

        static Process Start(string? limit, string report)
        {
            ProcessStartInfo start = CliProgram.Start("compare", report, report);
            if (limit is not null) start.Environment[InputLimits.Report.Variable] = limit;
            return Process.Start(start)!;
        }
    }

    [Theory]
    [InlineData(TraceFormat.AppliedComputeAgentic,
        """{"num_turns":0,"input_prompt_length":2000000000,"assistant_response_length":[],"tool_call_output_length":[],"tool_call_latency":[],"final_assistant_response_length":1}""")]
    [InlineData(TraceFormat.Mooncake, """{"timestamp":0,"input_length":2000000000,"output_length":1}""")]
    [InlineData(TraceFormat.Mooncake, """{"timestamp":0,"input_length":2000000000,"output_length":1,"hash_ids":[1]}""")]
    public void A_row_with_a_huge_prompt_takes_little_memory(TraceFormat format, string row)
    {
        string path = _folder.Write("huge.jsonl", row + "\n");
        long before = GC.GetTotalAllocatedBytes(precise: true);
        var options = new WorkloadOptions { Format = format, TraceBlockSize = 16, AllowCut = true };
        var settings = new ReplaySettings { Concurrency = format == TraceFormat.AppliedComputeAgentic ? 1 : null };
        try
        {
            Replay.Run(WorkloadLoader.Load([path], options), settings);
        }
        catch (AgentSimException)
        {
            // Refused is good, too.
        }

        Assert.InRange(GC.GetTotalAllocatedBytes(precise: true) - before, 0, 1L << 30);
    }
}
