using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace AgentSim.Tests.Cli;

/// <summary>Shares as processes of their own, as schedulers of clusters start them, and what becomes of one that is killed.</summary>
public sealed class SweepSharesTests : IDisposable
{
    private static readonly string[] OfClock = ["wall_time_ms", "processed_tokens_per_s", "processed_output_tokens_per_s"];
    private static readonly string Sample = TestData.PathOf("../../../samples/agent-small.trace.jsonl.gz");

    private static readonly string[] Grid = ["sweep", Sample, "--trace-format", "dynamo", "--num-workers", "1", "2", "3", "--router-mode",
        "round_robin", "kv_router"];

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private Process Start(params string[] arguments)
    {
        ProcessStartInfo start = CliProgram.Start(arguments);
        start.WorkingDirectory = _folder.Path;
        return Process.Start(start)!;
    }

    private (int Code, string Output, string Error) Run(params string[] arguments)
    {
        using Process process = Start(arguments);
        Task<string> error = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output, error.Result);
    }

    // Rows without what the clock on the wall says.
    private (string Csv, string Jsonl) Rows(string name)
    {
        string[][] cells = [.. File.ReadAllLines(_folder.File($"{name}.csv")).Select(line => line.Split(','))];
        int[] kept = [.. Enumerable.Range(0, cells[0].Length).Where(column => !OfClock.Contains(cells[0][column]))];
        Assert.Equal(OfClock.Length, cells[0].Length - kept.Length);
        IEnumerable<string> lines = File.ReadLines(_folder.File($"{name}.jsonl")).Select(line =>
        {
            JsonNode row = JsonNode.Parse(line)!;
            foreach (string metric in OfClock) row["metrics"]!.AsObject().Remove(metric);
            return row.ToJsonString();
        });
        return (string.Join('\n', cells.Select(line => string.Join(',', kept.Where(column => column < line.Length).Select(column =>
            line[column])))), string.Join('\n', lines));
    }

    [Fact]
    public void Merged_shares_are_what_one_process_writes_but_for_the_clock()
    {
        (int code, string output, string error) = Run([.. Grid, "--csv", "one.csv", "--jsonl", "one.jsonl"]);
        Assert.Equal(1, code);   // a KV router before one worker
        for (int share = 0; share < 3; share++)
        {
            (int shareCode, _, string said) = Run([.. Grid, "--shard", $"{share}/3", "--checkpoint", $"share-{share}"]);
            Assert.Equal((0, share == 0), (shareCode, said.Contains("combination 3", StringComparison.Ordinal)));
        }

        Assert.Equal((code, output, error), Run("sweep", "--merge", "share-2", "share-0", "share-1", "--csv", "all.csv", "--jsonl",
            "all.jsonl"));
        Assert.Equal(Rows("one"), Rows("all"));
        Assert.Equal((code, output, error), Run("sweep", "--merge", "share-*"));
    }

    [Fact]
    public void A_share_that_is_killed_is_named_and_goes_on()
    {
        if (OperatingSystem.IsWindows()) return;   // there wc is none
        string[] grid = ["sweep", "--input-tokens", "64", "--output-tokens", "10000", "--request-count", "4000", "--arrival-interval-ms",
            "0", "--extra-engine-args", """{"max_num_seqs":1,"block_size":100000}""", "--num-workers", "1", "2", "3", "4", "5", "6", "7",
            "8", "--jobs", "1"];
        string[] share = [.. grid, "--shard", "0/2", "--checkpoint", "share-0"];
        using (Process process = Start(share))
        {
            // A header, the grid, and a point.
            while (Lines("share-0") < 3 && !process.HasExited) Thread.Sleep(5);
            process.Kill();
            process.WaitForExit();
        }

        Assert.Equal(0, Run([.. grid, "--shard", "1/2", "--checkpoint", "share-1"]).Code);
        int kept = Lines("share-0") - 2;
        (int code, _, string error) = Run("sweep", "--merge", "share-0", "share-1");
        Assert.Equal(kept < 4 ? 1 : 0, code);
        if (kept < 4) Assert.Contains($"{4 - kept} of 8 combinations", error, StringComparison.Ordinal);
        Assert.Equal(0, Run(share).Code);
        Assert.Equal(0, Run("sweep", "--merge", "share-0", "share-1", "--csv", "all.csv", "--jsonl", "all.jsonl").Code);
        Assert.Equal(0, Run([.. grid, "--csv", "one.csv", "--jsonl", "one.jsonl"]).Code);
        Assert.Equal(Rows("one"), Rows("all"));
    }

    // By a program that does not mind that the file is being written.
    private int Lines(string name)
    {
        if (!File.Exists(_folder.File(name))) return 0;
        using Process wc = Process.Start(new ProcessStartInfo("wc", ["-l", _folder.File(name)]) { RedirectStandardOutput = true })!;
        string text = wc.StandardOutput.ReadToEnd();
        wc.WaitForExit();
        return int.Parse(text.TrimStart().Split(' ')[0], System.Globalization.CultureInfo.InvariantCulture);
    }

    [Theory]
    [InlineData("OptionsConflict", "--merge", "a", "--num-workers", "2")]
    [InlineData("OptionsConflict", "trace.jsonl", "--merge", "a")]
    [InlineData("OptionsConflict", "trace.jsonl", "--shard", "0/2")]
    [InlineData("ShardInvalid", "trace.jsonl", "--shard", "2/2", "--checkpoint", "c")]
    [InlineData("InputUnreadable", "--merge", "a")]
    public void What_does_not_go_together_is_refused(string id, params string[] arguments)
    {
        (int code, _, string error) = Run(["sweep", .. arguments]);
        Assert.NotEqual(0, code);
        Assert.EndsWith($"[{id}]", error.TrimEnd(), StringComparison.Ordinal);
        Assert.Empty(_folder.Everything);
    }

    [Fact]
    public void A_profile_times_every_combination()
    {
        Assert.Equal(0, Run("calibrate", TestData.PathOf("../../../samples/rtx4090/requests.jsonl.gz"), "--output", "mine.npz").Code);
        Assert.Equal(0, Run([.. Grid[..4], "--num-workers", "1", "2", "--timing-profile", "mine.npz", "--csv", "one.csv", "--jsonl",
            "one.jsonl"]).Code);
        using JsonDocument row = JsonDocument.Parse(File.ReadLines(_folder.File("one.jsonl")).First());
        Assert.Equal(0, Run("replay", Sample, "--trace-format", "dynamo", "--timing-profile", "mine.npz", "--report-json", "r.json").Code);
        using JsonDocument report = JsonDocument.Parse(File.ReadAllText(_folder.File("r.json")));
        Assert.Equal(report.RootElement.GetProperty("p99_ttft_ms").GetDouble(),
            row.RootElement.GetProperty("metrics").GetProperty("p99_ttft_ms").GetDouble());
    }

    [Fact]
    public void Shares_of_a_search_answer_what_one_process_answers()
    {
        string[] ask = ["capacity", Sample, "--trace-format", "dynamo", "--limit", "p99_ttft_ms=36", "--max", "6", "--router-mode",
            "round_robin", "kv_router", "--seeds", "2"];
        (int code, string output, string error) = Run([.. ask, "--json", "one.json"]);
        for (int share = 0; share < 2; share++)
        {
            (int shareCode, string said, _) = Run([.. ask, "--shard", $"{share}/2", "--checkpoint", $"share-{share}"]);
            Assert.Equal((0, $"replays are in share-{share}"), (shareCode, said[said.IndexOf("replays", StringComparison.Ordinal)..
                said.IndexOf(';', StringComparison.Ordinal)]));
        }

        Assert.Equal((code, output, error), Run([.. ask, "--merge", "share-0", "share-1", "--json", "all.json"]));
        Assert.Equal(File.ReadAllText(_folder.File("one.json")), File.ReadAllText(_folder.File("all.json")));
        Assert.Contains("[CheckpointIncomplete]", Run([.. ask, "--merge", "share-1"]).Error, StringComparison.Ordinal);
        Assert.Contains("[CapacityRangeInvalid]", Run([.. ask, "--max", "100", "--shard", "0/2", "--checkpoint", "x"]).Error,
            StringComparison.Ordinal);
    }
}
