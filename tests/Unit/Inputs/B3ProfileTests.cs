using AgentSim.Engines;
using AgentSim.Simulation;
using AgentSim.Tests.Simulation;

namespace AgentSim.Tests.Inputs;

/// <summary>Files that settings name and that cannot be used: nothing stands in for them.</summary>
public sealed class B3ProfileTests : IDisposable
{
    private static readonly (string Name, string Shape, double[] Values)[] Whole =
    [
        ("prefill_isl", "2,", [1, 1000]), ("prefill_ttft_ms", "2,", [1, 2]), ("decode_active_kv_tokens", "2,", [1, 1000]),
        ("decode_context_length", "2,", [1, 1000]), ("decode_itl", "2, 2", [1, 2, 3, 4]),
    ];

    private readonly InputBench _bench = new();

    public void Dispose() => _bench.Dispose();

    [Theory]
    [InlineData("typo.npz", "there is no such file")]
    [InlineData("folder.npz", "this is a folder, not a file")]
    [InlineData("text.npz", "this is no .npz archive")]
    [InlineData("empty.npz", "this is no .npz archive")]
    [InlineData("lacking.npz", "decode_itl is missing")]
    [InlineData("nan.npz", "decode_itl holds a value that is no finite number")]
    [InlineData("infinite.npz", "prefill_ttft_ms holds a value that is no finite number")]
    [InlineData("nanaxis.npz", "prefill_isl holds a value that is no finite number")]
    [InlineData("shape.npz", "decode_itl is not 2 x 2")]
    [InlineData("length.npz", "prefill_ttft_ms and prefill_isl differ in length")]
    [InlineData("falling.npz", "decode_context_length does not increase strictly")]
    public void A_profile_that_cannot_be_used_is_refused_with_its_name_and_the_reason(string name, string reason)
    {
        WriteProfiles();
        AgentSimException error = Assert.Throws<AgentSimException>(() => Arguments(name).Resolve("engine"));
        Assert.Equal(("ProfileInvalid", FaultKind.Input), (error.ErrorId, error.Kind));
        Assert.Contains($"{name}: planner_profile_data cannot be used: {reason}", error.Message);
    }

    [Fact]
    public void Both_pools_are_looked_at()
    {
        WriteProfiles();
        EngineArguments whole = Arguments("whole.npz"), typo = Arguments("typo.npz");
        Assert.StartsWith("-PrefillEngine: ", Assert.Throws<AgentSimException>(() => (typo with { WorkerType = WorkerType.Prefill })
            .Resolve("-PrefillEngine")).Message);
        Assert.StartsWith("-DecodeEngine: ", Assert.Throws<AgentSimException>(() => (typo with { WorkerType = WorkerType.Decode })
            .Resolve("-DecodeEngine")).Message);
        ReplaySettings settings = new()
        {
            Pools = new PoolSettings((whole with { WorkerType = WorkerType.Prefill }).Resolve("p"),
                (whole with { WorkerType = WorkerType.Decode }).Resolve("d")),
        };
        ReplayChecks.CheckSettings(settings, null);
        foreach (string pool in (string[])["prefill", "decode"])
        {
            (int code, _, string error) = _bench.Run(
                "replay", "--input-tokens", "16", "--output-tokens", "2", "--request-count", "1", "--arrival-interval-ms", "0",
                    "--report-json", "report.json",
                "--prefill-engine-args", Json("prefill"), "--decode-engine-args", Json("decode"));
            Assert.Equal(1, code);
            Assert.StartsWith($"agentsim: --{pool}-engine-args: ", error);
            string Json(string role) => role == pool ? $$"""{"worker_type":"{{role}}","planner_profile_data":"typo.npz"}"""
                : $$"""{"worker_type":"{{role}}"}""";
        }
    }

    [Theory]
    [InlineData("--extra-engine-args", """{"planner_profile_data":"typo.npz"}""",
        "typo.npz: planner_profile_data cannot be used: there is no such file")]
    [InlineData("--router-policy-config", "typo.yaml", "typo.yaml: router policy file: cannot be read")]
    [InlineData("--router-config", """{"router_policy_config":"typo.yaml"}""", "typo.yaml: router policy file: cannot be read")]
    [InlineData("--router-policy-config", "rows.jsonl", "agentsim: rows.jsonl:")]
    public void The_command_line_exits_with_1_and_writes_nothing(string option, string value, string message)
    {
        _bench.Folder.Write("rows.jsonl", InputBench.Rows(3));
        foreach (string mode in (string[])["round_robin", "kv_router"])
        {
            (int code, string output, string error) = _bench.Run("replay", "rows.jsonl", "--router-mode", mode, "--num-workers", "2",
                option, value, "--report-json", "report.json");
            Assert.Equal((1, ""), (code, output));
            Assert.Contains(message, error);
            Assert.Single(error.TrimEnd().Split('\n'));
            Assert.False(File.Exists(_bench.Folder.File("report.json")));
        }
    }

    [Fact]
    public void What_an_archive_holds_besides_is_not_read()
    {
        ProfileFile.Write(_bench.Folder.File("more.npz"), [.. Whole, ("notes", "9,", [1])]);
        Assert.NotNull(Arguments("more.npz").Resolve("engine"));
    }

    private EngineArguments Arguments(string name) =>
        EngineArguments.Parse("""{"block_size":16}""", "engine") with { PlannerProfileData = _bench.Folder.File(name) };

    private void WriteProfiles()
    {
        Directory.CreateDirectory(_bench.Folder.File("folder.npz"));
        _bench.Folder.Write("text.npz", "no archive");
        _bench.Folder.Write("empty.npz", "");
        Write("whole", Whole);
        Write("lacking", Whole[..4]);
        Write("nan", [.. Whole[..4], ("decode_itl", "2, 2", [1, double.NaN, 3, 4])]);
        Write("infinite", [Whole[0], ("prefill_ttft_ms", "2,", [1, double.PositiveInfinity]), .. Whole[2..]]);
        Write("nanaxis", [("prefill_isl", "2,", [double.NaN, 2]), .. Whole[1..]]);
        Write("shape", [.. Whole[..4], ("decode_itl", "1, 2", [1, 2])]);
        Write("length", [Whole[0], ("prefill_ttft_ms", "3,", [1, 2, 3]), .. Whole[2..]]);
        Write("falling", [.. Whole[..3], ("decode_context_length", "2,", [2, 1]), Whole[4]]);
        void Write(string name, params (string, string, double[])[] arrays) => ProfileFile.Write(_bench.Folder.File(name + ".npz"), arrays);
    }
}
