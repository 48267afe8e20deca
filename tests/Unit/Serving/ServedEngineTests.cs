using System.Diagnostics;
using AgentSim.Recording;
using AgentSim.Rows;
using AgentSim.Serving;
using AgentSim.Simulation;
using AgentSim.Tests.Simulation;
using AgentSim.Tests.Zmtp;
using AgentSim.Workload;
using FsCheck.Fluent;

namespace AgentSim.Tests.Serving;

/// <summary>Engines that serve requests as they come do what a replay of the same arrivals does.</summary>
public sealed class ServedEngineTests
{
    private static readonly ulong[] Words = [.. Enumerable.Range(0, 64).Select(word => 1_000_000UL + (ulong)word)];

    [Theory]
    [InlineData("vllm", false, 0.0)]
    [InlineData("sglang", false, 0.0)]
    [InlineData("trtllm", false, 0.0)]
    [InlineData("vllm", true, 0.0)]
    [InlineData("sglang", true, 0.0)]
    [InlineData("vllm", false, 0.5)]
    [InlineData("sglang", false, 0.5)]
    [InlineData("trtllm", false, 0.5)]
    [InlineData("vllm", true, 5.0)]
    [InlineData("sglang", true, 5.0)]
    public async Task A_replay_of_the_arrivals_has_the_same_times(string engineType, bool repliesComeBack, double turnaroundMs)
    {
        int compared = 0, deadEnds = 0;
        foreach (Scenario scenario in Scenario.Of(engineType).Sample(25, 20))
        {
            ReplaySettings settings = scenario.Settings with { Concurrency = null, MaxSimTimeMs = null, ArrivalSpeedupRatio = 1.0 };
            List<Answer> answers = await Serve(settings, new Random(compared), repliesComeBack, turnaroundMs);
            if (answers.Count == 0) continue;
            ReplayWorkload workload = WorkloadLoader.FromRows(Rows(answers, repliesComeBack), traceBlockSize: 1);
            if (answers.Exists(answer => answer.Error is not null))
            {
                // In engines so small, requests can wait for each other for ever; they do so in a replay of those that had come.
                Assert.Contains(Enumerable.Range(1, answers.Count),
                    count => IsDeadEnd([.. answers.Take(count)], repliesComeBack, settings));
                deadEnds++;
                continue;
            }

            ReplayResult replay = Replay.Run(workload, settings);
            foreach ((int ordinal, Answer answer) in answers.Index())
            {
                RequestResult expected = replay.Request(ordinal + 1);
                Assert.True(
                    (expected.ArrivalTimeMs, expected.FirstTokenMs, expected.LastTokenMs, expected.OutputLength)
                        == (answer.Request.Arrival, answer.Times[0], answer.Times[^1], answer.Times.Count),
                    $"{scenario}\n{answer.Name}: {expected.ArrivalTimeMs} {expected.FirstTokenMs} {expected.LastTokenMs}, served "
                    + $"{answer.Request.Arrival} {answer.Times[0]} {answer.Times[^1]}");
                compared++;
            }
        }

        Assert.True(compared > 100, $"only {compared} requests were compared, {deadEnds} dead ends");

        static bool IsDeadEnd(List<Answer> answers, bool repliesComeBack, ReplaySettings settings)
        {
            try
            {
                Replay.Run(WorkloadLoader.FromRows(Rows(answers, repliesComeBack), traceBlockSize: 1), settings);
                return false;
            }
            catch (AgentSimException)
            {
                return true;
            }
        }
    }

    [Theory]
    [InlineData("vllm")]
    [InlineData("sglang")]
    [InlineData("trtllm")]
    public async Task Requests_whose_clients_go_away_end_wherever_they_are_and_harm_no_other(string engineType)
    {
        foreach (Scenario scenario in Scenario.Of(engineType).Sample(25, 20))
        {
            ReplaySettings settings = scenario.Settings with { Concurrency = null, MaxSimTimeMs = null, ArrivalSpeedupRatio = 1.0 };
            bool hasRestarted = false;
            using ServedEngine engine = new(settings, speed: 100, turnaroundMs: 0.1, Words, _ => hasRestarted = true);
            engine.Start();
            Random random = new(7);
            List<ServedRequest> staying = [];
            for (int i = 0; i < 60; i++)
            {
                ulong[] prompt = [.. Enumerable.Range(0, random.Next(1, 60)).Select(token => (ulong)(token + (i % 3 * 1000)))];
                int output = random.Next(1, 200);
                if (engine.WhyNever(prompt.Length, output) is not null) continue;
                ServedRequest request = new()
                {
                    Prompt = prompt, Output = output, Received = Stopwatch.GetTimestamp(), Seed = (ulong)i,
                };
                Assert.True(engine.TrySubmit(request));
                if (i % 2 == 0) staying.Add(request);
                else if (i % 4 == 1) engine.Abandon(request);
                else _ = Task.Delay(random.Next(5)).ContinueWith(_ => engine.Abandon(request), TaskScheduler.Default);
            }

            await Wait.Until(() => engine.InFlight == 0);
            Assert.Null(engine.Failure);
            if (hasRestarted) continue;   // the engines are so small that requests can wait for each other for ever
            foreach (ServedRequest request in staying)
            {
                int tokens = 0;
                await foreach (DueTokens due in request.Due.ReadAllAsync()) tokens += due.Tokens;
                Assert.Equal(request.Output, tokens);
            }
        }
    }

    private sealed record Answer(string Name, ServedRequest Request)
    {
        public List<double> Times { get; } = [];

        public AgentSimException? Error { get; set; }
    }

    private static async Task<List<Answer>> Serve(ReplaySettings settings, Random random, bool repliesComeBack, double turnaroundMs)
    {
        using ServedEngine engine = new(settings, speed: 100, turnaroundMs, Words);
        engine.Start();
        List<Answer> answers = [];
        for (int i = 0; i < 30; i++)
        {
            int output = random.Next(1, 30);
            ulong[] prompt = Prompt(random, answers, repliesComeBack);
            if (engine.WhyNever(prompt.Length, output) is not null) continue;
            ServedRequest request = new()
            {
                Prompt = prompt, Output = output, Received = Stopwatch.GetTimestamp(), Seed = (ulong)random.NextInt64(),
            };
            Assert.True(engine.TrySubmit(request));
            answers.Add(new Answer($"request {i}", request));
            if (random.Next(3) > 0) await Task.Delay(random.Next(3));
        }

        foreach (Answer answer in answers)
        {
            try
            {
                await foreach (DueTokens due in answer.Request.Due.ReadAllAsync())
                    answer.Times.AddRange(Enumerable.Repeat(due.Time, due.Tokens));
            }
            catch (AgentSimException error)
            {
                answer.Error = error;
            }
        }

        Assert.Null(engine.Failure);
        await Wait.Until(() => engine.InFlight == 0);
        return answers;
    }

    // Prompts that begin alike; or an earlier one with its answer, and something more.
    private static ulong[] Prompt(Random random, List<Answer> before, bool repliesComeBack)
    {
        ulong[] rest = [.. Enumerable.Range(0, random.Next(1, 40)).Select(_ => (ulong)random.Next(1000))];
        if (!repliesComeBack || before.Count == 0 || random.Next(2) == 0)
            return [.. Enumerable.Range(0, random.Next(100)).Select(token => (ulong)(token + 5000)), .. rest];
        ServedRequest earlier = before[random.Next(before.Count)].Request;
        return [.. earlier.Prompt, .. Output(earlier), .. rest];
    }

    private static IEnumerable<ulong> Output(ServedRequest request) =>
        Enumerable.Range(0, request.Output).Select(token => Words[ServedRequest.WordOf(request.Seed, token, Words.Length)]);

    // Authored outputs are given as the numbers that ids get, in the order in which they first appear (behaviour 01#9).
    private static IEnumerable<MooncakeRow> Rows(List<Answer> answers, bool withOutputs)
    {
        Dictionary<ulong, uint> numbers = [];
        foreach (ulong token in answers.SelectMany(answer => answer.Request.Prompt)) numbers.TryAdd(token, (uint)numbers.Count);
        foreach (ulong word in Words) numbers.TryAdd(word, (uint)numbers.Count);
        return answers.Select(answer => new MooncakeRow
        {
            SessionId = answer.Name,
            Timestamp = answer.Request.Arrival,
            InputLength = answer.Request.Prompt.Length,
            OutputLength = answer.Request.Output,
            HashIds = answer.Request.Prompt,
            OutputTokenIds = withOutputs ? [.. Output(answer.Request).Select(token => numbers[token])] : null,
        });
    }
}
