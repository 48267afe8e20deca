using AgentSim.Cli;
using AgentSim.Recording;

namespace AgentSim.Tests.Cli;

public class ProgressLineTests
{
    [Theory]
    [InlineData(0, 40, "[01:05] [>---------------------------------------] 0/40 (?) offline replay")]
    [InlineData(20, 40, "[01:05] [####################>-------------------] 20/40 (01:05) offline replay")]
    [InlineData(40, 40, "[01:05] [########################################] 40/40 (00:00) offline replay")]
    public void The_bar_shows_what_has_ended(int done, int total, string line) =>
        Assert.Equal(line, ProgressLine.Text(new ReplayProgress(done, total, 0), TimeSpan.FromSeconds(65)));
}
