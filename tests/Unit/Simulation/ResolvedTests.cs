using AgentSim.Engines;
using AgentSim.Files;
using AgentSim.Routing;
using AgentSim.Simulation;
using AgentSim.Sweeps;
using AgentSim.Tests.Inputs;
using AgentSim.Workload;

namespace AgentSim.Tests.Simulation;

/// <summary>A configuration is a value: files are read when it is resolved, once, and then never again.</summary>
public sealed class ResolvedTests : IDisposable
{
    private const string Policy =
        "default_policy_family: f\nuncached_isl_buckets: [{min_tokens: 0, bucket: b}]\n"
        + "policy_classes: [{name: c, policy_family: f, cache_bucket: b, quantum: 1, prefill_busy_threshold: 0}]\n";

    private readonly TempFolder _folder = new();
    private readonly ReplayWorkload _load;

    public ResolvedTests() => _load = WorkloadLoader.Load([_folder.Write("rows.jsonl", InputBench.Rows(6, time: _ => 0))],
        new WorkloadOptions { TraceBlockSize = 16 });

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("vllm")]
    [InlineData("sglang")]
    [InlineData("trtllm")]
    public void A_replay_has_the_numbers_of_files_that_are_gone(string engine)
    {
        ReplaySettings settings = Settings(engine, new LoadedFiles());
        Assert.NotNull(settings.Router.Policy);
        string expected = Requests(settings);
        Assert.NotEqual(expected,
            Requests(settings with { Engine = EngineConfig.Parse($$"""{"engine_type":"{{engine}}","block_size":16}""", "engine") }));
        Assert.NotEqual(expected, Requests(settings with { Router = RouterConfig.Default }));

        DeleteFiles();
        ReplayChecks.CheckSettings(settings, null);
        Assert.Empty(SettingWarnings.Of(settings));
        Assert.Equal(expected, Requests(settings));
        Assert.Equal("ProfileInvalid", Assert.Throws<AgentSimException>(() => settings.Engine.Arguments.Resolve("engine")).ErrorId);
        Assert.Equal("RouterPolicyInvalid", Assert.Throws<AgentSimException>(() => settings.Router.Settings.Resolve("router")).ErrorId);
    }

    [Fact]
    public void Changed_files_are_not_seen_either()
    {
        ReplaySettings settings = Settings("vllm", new LoadedFiles());
        string expected = Requests(settings);
        ProfileFile.WriteSteady(_folder.File("profile.npz"), 1, 1);
        _folder.Write("policy.yaml", "nonsense");
        Assert.Equal(expected, Requests(settings));
        Assert.NotEqual(expected, Requests(settings with { Engine = settings.Engine.Arguments.Resolve("engine") }));
    }

    [Fact]
    public void Configurations_of_one_call_read_each_file_once()
    {
        LoadedFiles files = new();
        ReplaySettings first = Settings("vllm", files);
        DeleteFiles();
        EngineConfig faster = (first.Engine.Arguments with { SpeedupRatio = 2 }).Resolve("engine", files);
        RouterConfig warmer = (first.Router.Settings with { RouterTemperature = 1 }).Resolve("router", files);
        Assert.Same(first.Router.Policy, warmer.Policy);

        SweepGrid grid = new() { Engines = [first.Engine, faster], Routers = [first.Router, warmer], RouterModes = [RouterMode.KvRouter],
            Workers = [2] };
        SweepRow[] rows = [.. Sweep.Run([.. grid.Points(new ReplaySettings()).Select(point => new SweepPoint(_load, point))], 2)];
        Assert.Equal(4, rows.Length);
        Assert.All(rows, row => Assert.Equal(6.0, row.CompletedRequests));
        double[] durations = [.. rows.OrderBy(row => row.Index).Select(row => row.DurationMs!.Value)];
        Assert.True(durations[2] < durations[0], "the second engine is the first one, twice as fast");
    }

    [Fact]
    public void A_checkpoint_knows_what_the_files_held()
    {
        string checkpoint = _folder.File("checkpoint.jsonl");
        ReplaySettings settings = Settings("vllm", new LoadedFiles());
        Assert.False(Run(settings));
        DeleteFiles();
        Assert.True(Run(settings));
        Assert.False(Run(Settings("vllm", new LoadedFiles(), decodeMs: 9)));

        bool Run(ReplaySettings point)
        {
            using SweepCheckpoint open = SweepCheckpoint.Open(checkpoint, _load, new ReplaySettings(), replace: false);
            return Assert.Single(Sweep.Run([new SweepPoint(_load, point)], 1, open)).IsResumed;
        }
    }

    [Fact]
    public void What_a_key_file_held_is_said_by_the_kv_router_alone()
    {
        string key = _folder.Write("key", "too short");
        RouterConfig router = new RouterSettings { RouterTrackingHash = RouterTrackingHash.Keyed, RouterTrackingKeyFile = key,
            RouterTrackingKeyId = "k" }.Resolve("router");
        File.Delete(key);
        ReplayChecks.CheckSettings(new ReplaySettings { Router = router }, null);
        AgentSimException error = Assert.Throws<AgentSimException>(() =>
            ReplayChecks.CheckSettings(new ReplaySettings { Router = router, RouterMode = RouterMode.KvRouter, Workers = 2 }, null));
        Assert.Contains("must hold exactly 32 bytes (holds 9)", error.Message);
    }

    private ReplaySettings Settings(string engine, LoadedFiles files, double decodeMs = 8)
    {
        ProfileFile.WriteSteady(_folder.File("profile.npz"), 25, decodeMs);
        EngineArguments arguments = EngineArguments.Parse($$"""{"engine_type":"{{engine}}","block_size":16,"max_num_seqs":1}""", "engine");
        return new ReplaySettings
        {
            Engine = (arguments with { PlannerProfileData = _folder.File("profile.npz") }).Resolve("engine", files),
            Router = new RouterSettings { RouterPolicyConfig = _folder.Write("policy.yaml", Policy) }.Resolve("router", files),
            RouterMode = RouterMode.KvRouter,
            Workers = 2,
        };
    }

    private void DeleteFiles()
    {
        File.Delete(_folder.File("profile.npz"));
        File.Delete(_folder.File("policy.yaml"));
    }

    private string Requests(ReplaySettings settings) => Convert.ToBase64String(ResultJson.RequestBytes(Replay.Run(_load, settings)));
}
