using AgentSim.Imports;
using AgentSim.Traces;

namespace AgentSim.Tests.Imports;

/// <summary>Caps and rebasing move times and nothing else.</summary>
public sealed class TimeShiftTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public TimeShiftTests()
    {
        var log = new ClaudeLog(3);
        var start = new DateTime(2026, 3, 1, 9, 0, 0, DateTimeKind.Utc);
        for (int i = 0; i < 3; i++)
        {
            ClaudeLog.Conversation session = log.Begin($"session-{i}", start.AddHours(i * 5));
            // a person was away
            for (int step = 0; step < 4; step++) log.Step(session, tools: step == 1 ? 0 : 1, pauseSeconds: step == 2 ? 3600 : 3);
            log.Delegate(session, 2);
            log.Step(session);
            log.Step(session, pauseSeconds: 700);
        }

        log.Write(_folder.Path);
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Capped_pauses_are_as_long_as_the_cap_and_everything_else_is_as_it_was()
    {
        LogImport plain = Import(new ImportOptions()), capped = Import(new ImportOptions { MaxIdleSeconds = 10, MaxToolWaitSeconds = 0.5 });
        Assert.InRange(plain.Summary.LongestPauseSeconds, 3000, 4000);
        Assert.InRange(capped.Summary.LongestPauseSeconds, 1, 10.51);
        Assert.InRange(capped.Summary.CutPauses, 6, 9);
        Assert.True(capped.Summary.CutToolWaits > 0);
        RequestRecord[] before = Requests(plain), after = Requests(capped);
        Assert.Equal(before.Select(request => request.RequestId), after.Select(request => request.RequestId));
        Assert.Equal(before.Select(request => request.TotalTimeMs), after.Select(request => request.TotalTimeMs));
        Assert.Equal(before.Select(request => request.InputSequenceHashes), after.Select(request => request.InputSequenceHashes));
        // Within a session, whatever overlapped overlaps as much, and whatever came first comes first.
        foreach (string session in before.Select(MainOf).Distinct())
        {
            (RequestRecord Old, RequestRecord New)[] own = [.. before.Zip(after).Where(pair => MainOf(pair.First) == session)];
            foreach ((RequestRecord old, RequestRecord fresh) in own)
            {
                foreach ((RequestRecord other, RequestRecord otherFresh) in own)
                {
                    Assert.Equal(Math.Sign(old.StartUnixMs.CompareTo(other.StartUnixMs)),
                        Math.Sign(fresh.StartUnixMs.CompareTo(otherFresh.StartUnixMs)));
                    if (other.StartUnixMs < old.EndUnixMs && old.StartUnixMs < other.EndUnixMs)
                        Assert.Equal(other.StartUnixMs - old.StartUnixMs, otherFresh.StartUnixMs - fresh.StartUnixMs);
                }
            }
        }
    }

    [Fact]
    public void Caps_that_are_never_reached_change_nothing()
    {
        Assert.Equal(Times(Import(new ImportOptions())),
            Times(Import(new ImportOptions { MaxIdleSeconds = 1e6, MaxToolWaitSeconds = 1e6 })));
    }

    [Fact]
    public void Together_all_sessions_start_at_once_with_their_sub_agents_behind_them()
    {
        LogImport plain = Import(new ImportOptions()), together = Import(new ImportOptions { Start = SessionStart.Together });
        Assert.Single(Requests(together).Where(request => request.ParentSessionId is null).GroupBy(request => request.SessionId)
            .Select(group => group.Min(request => request.StartUnixMs)).Distinct());
        Assert.True(together.Summary.PeakConcurrency >= 3 && plain.Summary.PeakConcurrency == 1);
        Assert.Equal(Offsets(plain), Offsets(together));
    }

    [Fact]
    public void At_a_rate_the_gaps_are_those_of_the_seed()
    {
        long[] one = Starts(7), same = Starts(7), other = Starts(8);
        Assert.Equal(one, same);
        Assert.NotEqual(one, other);
        Assert.True(one[1] > one[0] && one[2] > one[1] && one[2] - one[0] < 100_000);

        long[] Starts(ulong seed) =>
            [.. Requests(Import(new ImportOptions { Start = SessionStart.Rate, StartRate = 0.5, Seed = seed }))
                .Where(request => request.ParentSessionId is null)
                .GroupBy(request => request.SessionId).Select(group => group.Min(request => request.StartUnixMs)).Order()];
    }

    [Fact]
    public void Anonymous_ids_fit_each_other_and_say_nothing()
    {
        TraceRecord[] plain = [.. Import(new ImportOptions()).Records()],
            hidden = [.. Import(new ImportOptions { IsAnonymous = true }).Records()];
        Assert.Equal(plain.Length, hidden.Length);
        Assert.DoesNotContain(hidden, record => record.SessionId!.Contains("session", StringComparison.Ordinal));
        Assert.Equal(plain.Count(record => record.ParentSessionId is not null),
            hidden.Count(record => hidden.Any(other => other.SessionId == record.ParentSessionId)));
        HashSet<string> requests = [.. hidden.OfType<RequestRecord>().Select(request => request.RequestId)];
        Assert.All(hidden.OfType<ToolRecord>().Where(tool => tool.Causality is not null),
            tool => Assert.Contains(tool.Causality!.SourceRequestId, requests));
        ulong[] first = hidden.OfType<RequestRecord>().First().InputSequenceHashes;
        Assert.Equal(plain.OfType<RequestRecord>().First().InputSequenceHashes, first);
        Assert.NotEqual(first, Import(new ImportOptions { Salt = "own" }).Records().OfType<RequestRecord>().First().InputSequenceHashes);
    }

    [Fact]
    public void What_lies_outside_the_span_still_counts_for_the_chain()
    {
        RequestRecord[] all = Requests(Import(new ImportOptions()));
        DateTimeOffset since = DateTimeOffset.FromUnixTimeMilliseconds(all.OrderBy(request => request.StartUnixMs)
            .ElementAt(3).StartUnixMs);
        RequestRecord[] late = Requests(Import(new ImportOptions { Since = since }));
        Assert.Equal(all.Length - 3, late.Length);
        Assert.Equal(all.Where(request => request.StartUnixMs >= since.ToUnixTimeMilliseconds())
            .Select(request => request.InputSequenceHashes), late.Select(request => request.InputSequenceHashes));
    }

    private static string MainOf(RequestRecord request) => request.SessionId!.Split('/')[0];

    private static RequestRecord[] Requests(LogImport import) =>
        [.. import.Records().OfType<RequestRecord>().OrderBy(request => request.RequestId, StringComparer.Ordinal)];

    private static List<(long, long)> Times(LogImport import) =>
        [.. import.Records().Select(record => record is ToolRecord tool ? (tool.StartUnixMs, tool.EndUnixMs)
            : (((RequestRecord)record).StartUnixMs, record.EventUnixMs))];

    private static List<long> Offsets(LogImport import)
    {
        RequestRecord[] requests = Requests(import);
        Dictionary<string, long> starts = requests.GroupBy(MainOf)
            .ToDictionary(group => group.Key, group => group.Min(request => request.StartUnixMs));
        return [.. requests.Select(request => request.StartUnixMs - starts[MainOf(request)])];
    }

    private LogImport Import(ImportOptions options) => LogImport.Read([_folder.Path], options);
}
