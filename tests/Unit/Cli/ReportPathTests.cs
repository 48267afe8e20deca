using AgentSim.Cli;

namespace AgentSim.Tests.Cli;

public class ReportPathTests
{
    private static readonly DateTime Now = new(2025, 3, 9, 8, 7, 6);

    [Fact]
    public void A_path_is_taken_as_given() => Assert.Equal("some/where.json", ReportPath.Resolve("some/where.json", () => Now));

    [Fact]
    public void Without_one_the_name_is_the_time_in_the_current_folder() => Assert.Equal(
        Path.Combine(Environment.CurrentDirectory, "dynamo_replay_report_20250309_080706.json"), ReportPath.Resolve(null, () => Now));

    [Fact]
    public void A_folder_gets_the_name_of_the_time()
    {
        string folder = Directory.CreateTempSubdirectory().FullName;
        Assert.Equal(Path.Combine(folder, "dynamo_replay_report_20250309_080706.json"), ReportPath.Resolve(folder, () => Now));
        Directory.Delete(folder);
    }
}
