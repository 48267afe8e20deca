using AgentSim.Metrics;
using AgentSim.Rows;
using AgentSim.Simulation;
using AgentSim.Workload;

namespace AgentSim.Live;

/// <summary>How far a probe goes.</summary>
public sealed record ProbeOptions
{
    /// <summary>Tokens of the longest prompt; null: what the server says that it takes, 8,192 where it does not.</summary>
    public int? MaxPromptTokens { get; init; }

    /// <summary>Most requests at once, outside of the saturated stage.</summary>
    public int MaxConcurrency { get; init; } = 64;
}

/// <summary>A stage of a probe: a load by itself.</summary>
/// <param name="Name">What it is called in the file.</param>
/// <param name="Workload">Its load.</param>
/// <param name="Settings">When requests start.</param>
/// <param name="IsHeldOut">Whether it tests a fit instead of being fitted to.</param>
internal sealed record ProbeStage(string Name, ReplayWorkload Workload, ReplaySettings Settings, bool IsHeldOut = false);

/// <summary>
/// What a probe asks a server: lone prompts of all lengths, prompts behind cached ones, closed loops of more and more requests at two
/// contexts, one saturated run, and one mixed run that no fit sees.
/// </summary>
internal static class ProbePlan
{
    private const int BlockSize = 16;
    private const int UsualLongest = 8192;
    private const int Shortest = 16;
    private const int Repeats = 4;
    private const double MostOfCache = 0.8;
    private const int LoneOutput = 16;
    private const int LadderOutput = 64;
    private const int SaturatedOutput = 128;
    private const int MixedSessions = 24;

    /// <param name="options">How far to go.</param>
    /// <param name="server">What is known of the server; null: nothing yet.</param>
    /// <param name="cancellation">Stops the work.</param>
    public static IReadOnlyList<ProbeStage> Of(ProbeOptions options, RunServer? server, CancellationToken cancellation)
    {
        int longest = (int)Math.Min(options.MaxPromptTokens ?? UsualLongest, (server?.MaxModelLen ?? int.MaxValue) - SaturatedOutput);
        double room = server is { NumGpuBlocks: { } blocks, BlockSize: { } size } ? MostOfCache * blocks * size : double.PositiveInfinity;
        if (longest < 4 * Shortest || options.MaxConcurrency < 1)
        {
            throw Errors.LiveSettingsInvalid.Error(
                $"a probe needs prompts of at least {4 * Shortest} tokens, and one request at once (the longest prompt is {longest}, and " +
                    $"{options.MaxConcurrency} requests go at once)");
        }

        var rows = new RowMaker();
        var random = new Random(2);
        List<ProbeStage> stages = [Lone(rows, longest, cancellation), Behind(rows, longest, cancellation)];
        foreach (int context in (int[])[Math.Min(512, longest), Math.Min(4096, longest)])
        {
            // What does not fit into the cache at once is a matter of the saturated stage.
            for (int loop = 2; loop <= options.MaxConcurrency && (double)loop * (context + LadderOutput) <= room; loop *= 2)
            {
                // Of different lengths, so that requests do not go on in the waves they began with.
                MooncakeRow[] load = [.. Enumerable.Range(0, 4 * loop).Select(_ => rows.Fresh(
                    Math.Min(longest, (int)(context * (0.75 + (0.5 * random.NextDouble())))),
                    (LadderOutput / 2) + random.Next(LadderOutput)))];
                stages.Add(Stage($"ladder {context} x {loop}", load, loop, cancellation));
            }
        }

        int most = 4 * options.MaxConcurrency;
        stages.Add(Stage("saturated", [.. Enumerable.Range(0, 2 * most).Select(i =>
            rows.Fresh(Math.Min(longest, 256 + (64 * (i % 16))), SaturatedOutput))], most, cancellation));
        stages.Add(Mixed(rows, longest, cancellation));
        return stages;
    }

    private static ProbeStage Lone(RowMaker rows, int longest, CancellationToken cancellation)
    {
        List<MooncakeRow> load = [rows.Fresh(Shortest, LoneOutput)];   // the first request wakes the server up
        for (int length = Shortest; ; length = Math.Min(longest, length * 2))
        {
            for (int i = 0; i < Repeats; i++) load.Add(rows.Fresh(length, LoneOutput));
            if (length == longest) break;
        }

        return Stage("lone", load, 1, cancellation);
    }

    // What agents do all day: some new tokens behind many that are cached.
    private static ProbeStage Behind(RowMaker rows, int longest, CancellationToken cancellation)
    {
        List<MooncakeRow> load = [];
        for (int cached = Math.Min(1024, longest / 2); ; cached = Math.Min(longest / 2, cached * 2))
        {
            for (int i = 0; i < Repeats; i++)
            {
                MooncakeRow before = rows.Fresh(cached, LoneOutput);
                load.Add(before);
                foreach (int added in (int[])[64, 256, 512, 1024, 2048])
                {
                    if (cached + added <= longest) load.Add(rows.Behind(before, added, LoneOutput));
                }
            }

            if (cached == longest / 2) break;
        }

        return Stage("behind cached", load, 1, cancellation);
    }

    // Conversations with prompts that grow, which overlap by chance.
    private static ProbeStage Mixed(RowMaker rows, int longest, CancellationToken cancellation)
    {
        var random = new Random(1);
        List<MooncakeRow> load = [];
        double start = 0;
        for (int session = 0; session < MixedSessions; session++)
        {
            start += 400 * random.NextDouble();
            MooncakeRow turn = rows.Fresh(Math.Min(longest / 2, 200 + random.Next(1200)), 20 + random.Next(100));
            (turn.SessionId, turn.Timestamp) = ($"{session}", start);
            load.Add(turn);
            for (int next = 0; next < 3; next++)
            {
                int added = 100 + random.Next(500);
                if (turn.InputLength + added > longest) break;
                turn = rows.Behind(turn, added, 20 + random.Next(100));
                (turn.SessionId, turn.Timestamp, turn.Delay) = ($"{session}", null, 200 + random.Next(800));
                load.Add(turn);
            }
        }

        ReplayWorkload workload = WorkloadLoader.FromRows(load, new WorkloadOptions { TraceBlockSize = BlockSize }, cancellation);
        return new ProbeStage("mixed", workload, new ReplaySettings { RunName = "mixed" }, IsHeldOut: true);
    }

    private static ProbeStage Stage(string name, IEnumerable<MooncakeRow> rows, int concurrency, CancellationToken cancellation) => new(
        name, WorkloadLoader.FromRows(rows, new WorkloadOptions { TraceBlockSize = BlockSize }, cancellation),
        new ReplaySettings { Concurrency = concurrency, RunName = name });

    private sealed class RowMaker
    {
        private ulong _next = 1;

        public MooncakeRow Fresh(int input, int output) => new()
        {
            Timestamp = 0, InputLength = input, OutputLength = output, HashIds = New(Blocks(input)), TraceBlockSize = BlockSize,
        };

        /// <summary>A prompt that goes on where another one ends.</summary>
        public MooncakeRow Behind(MooncakeRow before, int added, int output)
        {
            int input = (int)before.InputLength! + added, whole = (int)before.InputLength / BlockSize;
            return new MooncakeRow
            {
                Timestamp = 0, InputLength = input, OutputLength = output, TraceBlockSize = BlockSize,
                HashIds = [.. before.HashIds!.Take(whole), .. New(Blocks(input) - whole)],
            };
        }

        private static int Blocks(int tokens) => (tokens + BlockSize - 1) / BlockSize;

        private ulong[] New(int count) => [.. Enumerable.Range(0, count).Select(_ => _next++)];
    }
}
