using AgentSim.Capture;
using AgentSim.Imports;
using AgentSim.Lowering;
using AgentSim.Rows;
using AgentSim.Traces;

namespace AgentSim.Tests.Imports;

/// <summary>What is imported of generated sessions, whose prompts are known token by token, is what was truly shared.</summary>
public sealed class ClaudeCodeImportTests : IDisposable
{
    private static readonly DateTime Start = new(2026, 3, 1, 9, 0, 0, DateTimeKind.Utc);
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(1, 64)]
    [InlineData(2, 16)]
    [InlineData(3, 1)]
    public void A_plain_session_shares_at_every_request_what_it_truly_shared(int seed, int blockSize)
    {
        var log = new ClaudeLog(seed);
        var random = new Random(seed);
        ClaudeLog.Conversation first = log.Begin("session-1", Start), second = log.Begin("session-2", Start.AddHours(3));
        for (int i = 0; i < 40; i++)
            log.Step(random.Next(3) > 0 ? first : second, random.Next(4), random.Next(4) == 0, random.Next(3) == 0,
                random.Next(6) == 0 ? 400 : 2);

        AssertTrue(log, Import(log, blockSize), blockSize);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Contexts_that_take_turns_in_one_file_are_told_apart(int seed)
    {
        var log = new ClaudeLog(seed);
        var random = new Random(seed);
        ClaudeLog.Conversation left = log.Begin("session-1", Start);
        left.Chain = new ClaudeLog.SharedChain();
        for (int i = 0; i < 5; i++) log.Step(left, 1);
        log.Step(left);
        ClaudeLog.Conversation right = ClaudeLog.Split(left);
        for (int i = 0; i < 20; i++)
        {
            ClaudeLog.Conversation speaker = random.Next(2) == 0 ? left : right;
            speaker.Now = left.Now > right.Now ? left.Now : right.Now;
            log.Step(speaker, pauseSeconds: 1);
        }

        AssertTrue(log, Import(log, 16), 16);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void After_a_compaction_only_the_fixed_beginning_stays(int seed)
    {
        var log = new ClaudeLog(seed);
        ClaudeLog.Conversation session = log.Begin("session-1", Start);
        for (int i = 0; i < 4; i++) log.Step(session, 2);
        log.Compact(session);
        for (int i = 0; i < 4; i++) log.Step(session, 1);
        log.Compact(session);
        log.Step(session);

        LogImport import = Import(log, 16);
        AssertTrue(log, import, 16);
        RequestRecord[] summaries = [.. import.Records().OfType<RequestRecord>()
            .Where(request => request.RequestId.Contains(":compact:", StringComparison.Ordinal))];
        Assert.Equal(2, summaries.Length);
        Assert.All(summaries, request => Assert.Equal(("estimated", 15_000), (request.Import!.Output, request.TotalTimeMs)));
        Assert.DoesNotContain(Import(log, 16, new ImportOptions { IncludesCompaction = false }).Records().OfType<RequestRecord>(),
            request => request.RequestId.Contains(":compact:", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(1, false)]
    [InlineData(2, true)]
    public void What_a_resumed_session_copies_is_counted_once_and_goes_on(int seed, bool isRestamped)
    {
        var log = new ClaudeLog(seed);
        ClaudeLog.Conversation session = log.Begin("session-b", Start);
        for (int i = 0; i < 12; i++) log.Step(session, 1);
        ClaudeLog.Conversation resumed = log.Resume(session, "session-a", isRestamped);
        for (int i = 0; i < 3; i++) log.Step(resumed, 1);
        for (int i = 0; i < 3; i++) log.Step(session, 1);   // and so does the one it came from

        LogImport import = Import(log, 16);
        AssertTrue(log, import, 16);
        Assert.Equal(18, import.Summary.Requests);
        Assert.Equal(12, import.Summary.Dropped.Single(drop => drop.Name == "repeated").Count);
        if (isRestamped) Assert.Equal(15, import.Records().OfType<RequestRecord>().Count(request => request.SessionId == "session-b"));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void Sub_agents_of_every_layout_have_their_parent_and_the_call_that_started_them(int layout)
    {
        var log = new ClaudeLog(layout);
        ClaudeLog.Conversation session = log.Begin("session-1", Start);
        log.Step(session, 1);
        for (int i = 0; i < 3; i++)
        {
            log.Delegate(session, layout);
            log.Step(session, 1);
        }

        log.Delegate(session, layout, isRecorded: false);
        log.Step(session);

        LogImport import = Import(log, 16);
        AssertTrue(log, import, 16);
        Assert.Equal((1, 3), (import.Summary.Sessions, import.Summary.SubAgents));
        ToolRecord[] tools = [.. import.Records().OfType<ToolRecord>().Where(tool => tool.ToolClass == "Task")];
        Assert.Equal(4, tools.Length);
        Assert.Equal(3, tools.Count(tool => tool.Causality is { ExecutionMode: "blocking", ConsumerRequestId: not null }));
        foreach (ToolRecord tool in tools.Where(tool => tool.Causality is not null))
            Assert.Equal($"session-1/{log.Children[tool.ToolCallId]}", tool.Causality!.ChildSessionId);
        Assert.All(import.Records().Where(record => record.SessionId != "session-1"),
            record => Assert.Equal("session-1", record.ParentSessionId));
        if (layout > 0) Assert.Equal(1, import.Summary.Dropped.Single(drop => drop.Name == "missing_recordings").Count);
    }

    [Fact]
    public void Outputs_that_cannot_be_true_are_estimated_within_what_the_next_prompt_allows()
    {
        var log = new ClaudeLog(5);
        ClaudeLog.Conversation session = log.Begin("session-1", Start);
        for (int i = 0; i < 20; i++) log.Step(session, 1, isStub: i % 2 == 0);

        RequestRecord[] requests = [.. Import(log, 16).Records().OfType<RequestRecord>()];
        Assert.Equal(10, requests.Count(request => request.Import!.Output == "estimated"));
        for (int i = 0; i + 1 < requests.Length; i++)
        {
            if (requests[i].Import!.Output == "estimated")
                Assert.InRange(requests[i].OutputTokens, 2, requests[i + 1].InputLength - requests[i].InputLength);
        }
    }

    [Fact]
    public void The_order_of_the_files_changes_nothing()
    {
        ClaudeLog log = Everything();
        log.Write(_folder.Path);
        string[] files = [.. Directory.GetFiles(_folder.Path, "*.jsonl", SearchOption.AllDirectories).Order(StringComparer.Ordinal)];
        byte[] expected = Written(files, "forward");
        Assert.Equal(expected, Written([.. files.Reverse()], "backward"));
        Assert.Equal(expected, Written([.. files, .. files], "twice"));
    }

    [Fact]
    public void Conversion_and_replay_accept_all_of_it()
    {
        ClaudeLog log = Everything();
        LogImport import = Import(log, 64);
        Assert.Equal(import.Summary.Requests, import.Records().OfType<RequestRecord>().Select(request => request.RequestId).Distinct()
            .Count());
        IReadOnlyList<string> files = TraceFileWriter.Write(import.Records(), _folder.File("out"));
        ConvertResult converted = TraceConverter.Convert(new ConvertOptions(files, _folder.File("rows.jsonl"), IsAgentic: true));
        Assert.Equal(import.Summary.Requests, converted.Rows);
        Assert.Equal(converted.Rows, TraceConverter.Convert(new ConvertOptions(files, _folder.File("rows2.jsonl"), IsAgentic: true,
            AgenticVersion: 2)).Rows);
        var lowering = new TraceLowering();
        lowering.AddFiles(files);
        MooncakeRow[] rows = [.. lowering.Rows()];
        Assert.Contains(rows, row => row.Branches.Count > 0);
        // What was read back is what was written.
        Assert.Equal(import.Records().OfType<RequestRecord>().Select(Key), RequestTraceReader.Read(files).OfType<RequestRecord>()
            .Select(Key));

        static (string, string?, string?, long, long, ImportOrigin?) Key(RequestRecord request) =>
            (request.RequestId, request.SessionId, request.ParentSessionId, request.InputLength, request.EndUnixMs, request.Import);
    }

    private static ClaudeLog Everything()
    {
        var log = new ClaudeLog(11);
        ClaudeLog.Conversation session = log.Begin("session-b", Start);
        for (int i = 0; i < 12; i++) log.Step(session, 2, i % 3 == 0, i % 2 == 0);
        log.Delegate(session, 0);
        log.Step(session);
        log.Delegate(session, 2);
        log.Step(session);
        ClaudeLog.Conversation resumed = log.Resume(session, "session-a", isRestamped: true);
        log.Delegate(resumed, 1);
        log.Step(resumed);
        log.Compact(session);
        log.Step(session, 1);
        return log;
    }

    private byte[] Written(IReadOnlyList<string> files, string name)
    {
        IReadOnlyList<string> written = TraceFileWriter.Write(LogImport.Read(files, new ImportOptions()).Records(), _folder.File(name));
        return File.ReadAllBytes(Assert.Single(written));
    }

    private LogImport Import(ClaudeLog log, int blockSize, ImportOptions? options = null)
    {
        string folder = _folder.File(Path.GetRandomFileName());
        log.Write(folder);
        return LogImport.Read([folder], (options ?? new ImportOptions()) with { TraceBlockSize = blockSize });
    }

    // Every prompt has its true length, and what two of them share is what they truly shared: exactly where the shared part
    // ends with a request or the fixed beginning, and to within the turn where it ends inside one.
    private static void AssertTrue(ClaudeLog log, LogImport import, int blockSize)
    {
        RequestRecord[] requests = [.. import.Records().OfType<RequestRecord>()
            .Where(request => !request.RequestId.Contains(":compact:", StringComparison.Ordinal))
            .OrderBy(request => request.ReceivedUnixMs)];
        Assert.Equal(log.Prompts.Count, requests.Length);
        HashSet<int> boundaries = [log.SystemTokens, .. log.Prompts.Values.Select(prompt => prompt.Length)];
        int exact = 0;
        for (int i = 0; i < requests.Length; i++)
        {
            int[] prompt = log.Prompts[requests[i].RequestId.Split(':')[^1]];
            Assert.Equal(prompt.Length, requests[i].InputLength);
            Assert.Equal((prompt.Length + blockSize - 1) / blockSize, requests[i].InputSequenceHashes.Length);
            for (int j = 0; j < i; j++)
            {
                int[] other = log.Prompts[requests[j].RequestId.Split(':')[^1]];
                int truth = prompt.AsSpan().CommonPrefixLength(other);
                int found = requests[i].InputSequenceHashes.AsSpan().CommonPrefixLength(requests[j].InputSequenceHashes);
                if (boundaries.Contains(truth))
                {
                    exact++;
                    Assert.True(truth / blockSize == found || (truth == prompt.Length && truth == other.Length),
                        $"{requests[j].RequestId} and {requests[i].RequestId} share {truth} tokens of {other.Length} and " +
                            $"{prompt.Length}, but {found} blocks of {blockSize}");
                }
                else
                {
                    int before = boundaries.Where(boundary => boundary <= truth).DefaultIfEmpty().Max();
                    Assert.InRange(found, before / blockSize, Math.Min(prompt.Length, other.Length) / blockSize);
                }
            }
        }

        Assert.True(exact > 0);
    }
}
