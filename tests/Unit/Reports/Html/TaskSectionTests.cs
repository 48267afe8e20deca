using System.Text.Json;
using AgentSim.Agents;
using AgentSim.Reports.Html;
using AgentSim.Simulation;

namespace AgentSim.Tests.Reports.Html;

/// <summary>The page shows tasks and draws their critical paths along the lanes, which stand under their parents.</summary>
public class TaskSectionTests
{
    [Fact]
    public void Tasks_stand_in_a_table_with_their_makespans_and_parts()
    {
        ReplayResult result = Pages.AgenticRun();
        string html = Pages.Html(result),
            section = html[html.IndexOf("<section id=\"tasks\"", StringComparison.Ordinal)..html.IndexOf("<section id=\"load\"",
            StringComparison.Ordinal)];
        AgentResults agents = result.FindAgents()!;
        foreach (TaskResult task in agents.Tasks)
        {
            Assert.Contains($"<a href=\"#lane-0-{task.CriticalPath[^1].Ordinal}\"><bdi>{task.TaskId}</bdi></a>", section);
            Assert.Contains($">{PeopleText.Ms(task.MakespanMs)}</td>", section);
        }

        Assert.Contains("tools: bash", section);
        Assert.Contains($"{agents.Tasks.Count} of {agents.Tasks.Count} tasks completed", section);
        Assert.Contains("Only 2 tasks completed: p90 and p99 are next to the longest one", section);
        Assert.Contains("Pauses are the time between an answer and the next request that the trace or load asks for beside tools (people",
            System.Net.WebUtility.HtmlDecode(section));
    }

    [Fact]
    public void The_drawn_paths_lead_from_begin_to_end_of_every_task()
    {
        ReplayResult result = Pages.AgenticRun();
        JsonElement lanes = Pages.Data(Pages.Html(result)).GetProperty("lanes")[0];
        int[] task = Column(lanes, "pathTask", BitConverter.ToInt32, 4), place = Column(lanes, "pathAt", BitConverter.ToInt32, 4),
            ordinals = Column(lanes, "ordinal", BitConverter.ToInt32, 4);
        double[] begin = Column(lanes, "pathBegin", BitConverter.ToDouble, 8), end = Column(lanes, "pathEnd", BitConverter.ToDouble, 8);
        AgentResults agents = result.FindAgents()!;
        for (int i = 0; i < agents.Tasks.Count; i++)
        {
            int[] pieces = [.. Enumerable.Range(0, task.Length).Where(piece => task[piece] == i)];
            Assert.Equal(agents.Tasks[i].BeginMs, begin[pieces[0]]);
            Assert.Equal(agents.Tasks[i].EndMs, end[pieces[^1]]);
            Assert.Equal(pieces.Skip(1).Select(piece => begin[piece]), pieces.SkipLast(1).Select(piece => end[piece]));
            Assert.Equal(agents.Tasks[i].CriticalPath
                .Select(link => link.Ordinal).Aggregate(new List<int>(), (all, next) => all.LastOrDefault() == next ? all
                : [.. all, next]), pieces.Select(piece => ordinals[place[piece]]));
        }
    }

    [Fact]
    public void Lanes_stand_below_their_parents()
    {
        JsonElement lanes = Pages.Data(Pages.Html(Pages.AgenticRun())).GetProperty("lanes")[0];
        string[] names = [.. lanes.GetProperty("names").EnumerateArray().Select(name => name.GetString()!)];
        Assert.Equal(["main", "main/sub", "other"], names);
        Assert.Equal([0, 1, 0], Column(lanes, "depth", BitConverter.ToInt32, 4));
    }

    [Fact]
    public void A_load_without_sessions_has_no_tasks() =>
        Assert.DoesNotContain("id=\"tasks\"", Pages.Html(Pages.Synthetic(sessions: 3, turns: 1)));

    private static T[] Column<T>(JsonElement lanes, string name, Func<byte[], int, T> read, int size)
    {
        byte[] bytes = lanes.GetProperty(name).GetBytesFromBase64();
        return [.. Enumerable.Range(0, bytes.Length / size).Select(i => read(bytes, i * size))];
    }
}
