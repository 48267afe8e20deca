using AgentSim.Traces;

namespace AgentSim.Tests.Imports;

/// <summary>Sub-agents of WEKA traces: the public collections differ in what the times of markers and inner calls mean.</summary>
public sealed class WekaAgentTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(false, false)]
    public void Agents_start_behind_the_answer_that_asked_for_them_whatever_their_times_mean(bool isEnd, bool isRelative)
    {
        // The parent answers until 8; two agents run from 8.7 to 28.7 and to 58.7; the parent goes on at 60, once more at 90.
        double[] lengths = [20, 50];
        string[] agents = [.. lengths.Select((length, i) => Agent($"a{i}", isEnd ? 8.7 + length : 8.7, length * 1000, "completed",
            Inner(0), Inner(length - 2)))];
        ImportLab import = ImportLab.Read(Write(WekaTests.Trace("t", [WekaTests.Call(0, 128, 5, [1, 2], api: 8), .. agents,
            WekaTests.Call(60, 192, 5, [1, 2, 3]), WekaTests.Call(90, 192, 5, [1, 2, 3])])));

        Assert.Equal((1, 2), (import.Summary.Sessions, import.Summary.SubAgents));
        foreach (int i in (int[])[0, 1])
        {
            RequestRecord first = import[$"weka:t/a{i}:0"], last = import[$"weka:t/a{i}:1"];
            Assert.Equal((8700L, 8700L + (long)(lengths[i] * 1000) - 2000), (first.ReceivedUnixMs, last.ReceivedUnixMs));
            Assert.Equal("t", first.ParentSessionId);
            Assert.Equal(new ToolCausality("weka:t:0", "weka:t:1", $"t/a{i}", "blocking"),
                import.Tools.Single(tool => tool.ToolCallId == $"a{i}").Causality);
            Assert.Equal(8700 + (long)(lengths[i] * 1000), import.Tools.Single(tool => tool.ToolCallId == $"a{i}").EndedUnixMs);
        }

        string Inner(double t) => WekaTests.Call(isRelative ? t : 8.7 + t, 64, 5, [50]);
    }

    [Fact]
    public void An_agent_that_nobody_waited_for_runs_in_the_background()
    {
        ImportLab import = ImportLab.Read(Write(WekaTests.Trace("t", WekaTests.Call(0, 128, 5, [1, 2], api: 8),
            Agent("a", 8.5, null, "async_launched", WekaTests.Call(0, 64, 5, [9]), WekaTests.Call(300, 64, 5, [9])),
                WekaTests.Call(12, 128, 5, [1, 2]))));

        Assert.Equal(new ToolCausality("weka:t:0", null, "t/a", "background"), Assert.Single(import.Tools).Causality);
        Assert.Equal(8500, import["weka:t/a:0"].ReceivedUnixMs);
    }

    [Fact]
    public void Agents_share_with_their_parent_and_each_other_what_their_ids_share()
    {
        ImportLab import = ImportLab.Read(Write(WekaTests.Trace("t", WekaTests.Call(0, 192, 5, [1, 2, 3]),
            Agent("a", 5, 2000, "completed", WekaTests.Call(0, 192, 5, [1, 8, 9])),
            Agent("b", 5, 2000, "completed", WekaTests.Call(0, 192, 5, [1, 8, 7])), WekaTests.Call(9, 192, 5, [1, 2, 3]))));

        Assert.Equal(1, ImportLab.Shared(import["weka:t:0"], import["weka:t/a:0"]));
        Assert.Equal(2, ImportLab.Shared(import["weka:t/a:0"], import["weka:t/b:0"]));
    }

    [Fact]
    public void Agents_of_agents_agents_of_one_name_and_agents_without_calls_are_kept_apart()
    {
        string inner = Agent("x", 4, 2000, "completed", WekaTests.Call(0, 64, 5, [7]));
        ImportLab import = ImportLab.Read(Write(WekaTests.Trace("t", WekaTests.Call(0, 64, 5, [1]),
            Agent("a", 12, 10_000, "completed", WekaTests.Call(0, 64, 5, [5]), inner, WekaTests.Call(6, 64, 5, [5])),
                WekaTests.Call(15, 64, 5, [1]),
            Agent("a", 26, 9000, "completed", WekaTests.Call(0, 64, 5, [6])), WekaTests.Call(30, 64, 5, [1]),
                Agent("gone", 40, 5000, "completed"), WekaTests.Call(50, 64, 5, [1]))));

        Assert.Equal(["t", "t/a", "t/a/x", "t/a~2"], import.Requests.Select(request => request.SessionId!).Distinct()
            .Order(StringComparer.Ordinal));
        Assert.Equal(4000L, import["weka:t/a/x:0"].ReceivedUnixMs);   // the marker of a is its end: a starts at 2, x two seconds later
        Assert.Equal("t/a", import["weka:t/a/x:0"].ParentSessionId);
        Assert.Equal(1, import.Dropped("missing_recordings"));
        Assert.Null(import.Tools.Single(tool => tool.ToolCallId == "gone").Causality);
    }

    [Fact]
    public void An_agent_before_all_calls_of_its_parent_is_kept()
    {
        ImportLab import = ImportLab.Read(Write(WekaTests.Trace("t", Agent("a", 2, 2000, "completed", WekaTests.Call(0, 64, 5, [5])),
            WekaTests.Call(9, 64, 5, [1]))));

        Assert.Equal((2, 1), (import.Summary.Requests, import.Summary.SubAgents));
        Assert.Empty(import.Tools);
    }

    private string Write(string trace) => _folder.Write("trace.json", trace);

    private static string Agent(string id, double t, double? duration, string status, params string[] entries) =>
        FormattableString.Invariant(
        $$"""{"t":{{t}},"type":"subagent","agent_id":"{{id}}","subagent_type":"Explore","duration_ms":{{(duration is { } value ? FormattableString.Invariant($"{value}") : "null")}},"status":"{{status}}","requests":[{{string.Join(',', entries)}}],"models":["m"]}""");
}
