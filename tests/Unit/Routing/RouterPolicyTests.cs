using AgentSim.Routing;

namespace AgentSim.Tests.Routing;

public sealed class RouterPolicyTests : IDisposable
{
    private const string Head = "default_policy_family: f\nuncached_isl_buckets:\n  - {min_tokens: 0, bucket: s}\npolicy_classes:\n";
    private const string Class = "  - {name: a, policy_family: f, cache_bucket: s, quantum: 4}\n";
    private const string Profile =
        "{default_policy_family: f, uncached_isl_buckets: [{min_tokens: 0, bucket: s}], policy_classes: [{name: a, policy_family: f, " +
        "cache_bucket: s, quantum: 4}]}";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("agentsim-policy");

    public void Dispose() => _folder.Delete(recursive: true);

    private RouterPolicy Load(string yaml)
    {
        File.WriteAllText(PathOf(), yaml);
        return RouterPolicy.Load(PathOf());
    }

    private string PathOf() => Path.Combine(_folder.FullName, "policy.yaml");

    private RouterPolicyClass Only(string extra) =>
        Load(Head + Class.Replace("4}", $"4{extra}}}", StringComparison.Ordinal)).Root!.Classes[0];

    [Fact]
    public void A_full_policy_file_is_read()
    {
        RouterPolicyProfile profile = RouterPolicy.Load(TestData.PathOf("traces", "policy.yaml")).Root!;
        Assert.Equal("interactive", profile.DefaultFamily);
        Assert.Equal([new RouterPolicyBucket(0, "short"), new RouterPolicyBucket(900, "long")], profile.Buckets);
        Assert.Equal(
            [
                new RouterPolicyClass("i-short", "interactive", "short", RouterQueuePolicy.Fcfs, 4, BusyFraction: 0.1),
                new RouterPolicyClass("i-long", "interactive", "long", RouterQueuePolicy.Wspt, 2, BusyFraction: 0.1),
                new RouterPolicyClass("b-short", "batch", "short", RouterQueuePolicy.Fcfs, 1, BusyTokens: 300),
                new RouterPolicyClass("b-long", "batch", "long", RouterQueuePolicy.Wspt, 1, BusyTokens: 300),
                new RouterPolicyClass("vip", null, null, RouterQueuePolicy.Fcfs, 8),
            ],
            profile.Classes);
    }

    [Theory]
    [InlineData(null, 0, "i-short")]
    [InlineData(null, 899, "i-short")]
    [InlineData(null, 900, "i-long")]
    [InlineData("batch", 900, "b-long")]
    [InlineData("vip", 900, "vip")]
    [InlineData("VIP", 0, "i-short")]
    [InlineData("b-long", 0, "i-short")]
    [InlineData("nobody", 5000, "i-long")]
    public void A_request_falls_into_the_class_it_names_or_the_cell_of_its_family(string? named, long uncached, string expected)
    {
        RouterPolicyProfile profile = RouterPolicy.Load(TestData.PathOf("traces", "policy.yaml")).Root!;
        Assert.Equal(expected, profile.Classes[profile.ClassOf(named, uncached)].Name);
    }

    [Fact]
    public void The_profile_of_the_model_goes_before_the_root()
    {
        RouterPolicy policy = Load(Head + Class + $"models:\n  m: {Profile}\n");
        Assert.Same(policy.Models["m"], policy.SelectProfile("m"));
        Assert.Same(policy.Root, policy.SelectProfile("M"));
        Assert.Same(policy.Root, policy.SelectProfile(null));
        Assert.Null(Load($"models: {{m: {Profile}}}").SelectProfile("x"));
    }

    [Fact]
    public void Limits_and_thresholds_are_read()
    {
        RouterPolicyClass read =
            Only(", prefill_busy_threshold: 0x10, prefill_busy_threshold_frac: 1e3, request_queue_limit_per_worker: 1, " +
            "raw_isl_token_queue_limit_per_worker: 0, cached_token_queue_limit_per_worker: 18446744073709551615");
        Assert.Equal(new RouterPolicyClass("a", "f", "s", RouterQueuePolicy.Fcfs, 4, 16, 1000.0, 1, 0, long.MaxValue), read);
    }

    [Theory]
    [InlineData(", request_queue_limit_per_worker: null")]
    [InlineData(", prefill_busy_threshold: ~, prefill_busy_threshold_frac: ")]
    [InlineData(", admission: {type: foo, x: [1, {b: 2}]}")]
    [InlineData(", admission: {type: 3}")]
    [InlineData(", admission: null")]
    public void Values_without_effect_are_accepted(string extra) => Assert.False(Only(extra).Queues);

    [Theory]
    [InlineData("+5", 5)]
    [InlineData("0o17", 15)]
    [InlineData("0b101", 5)]
    [InlineData("0", 0)]
    public void Integers_are_written_as_YAML_allows(string text, long expected) =>
        Assert.Equal(expected, Only($", prefill_busy_threshold: {text}").BusyTokens);

    [Fact]
    public void Digits_are_names_too() => Assert.Equal("12", Load(Head.Replace("bucket: s", "bucket: 12", StringComparison.Ordinal)
        + Class.Replace("cache_bucket: s", "cache_bucket: 12", StringComparison.Ordinal)).Root!.Buckets[0].Name);

    [Fact]
    public void A_non_explicit_class_may_be_named_like_a_family() =>
        Load(Head + Class.Replace("name: a", "name: f", StringComparison.Ordinal));

    [Fact]
    public void Root_values_of_null_are_absent() => Assert.Null(Load($"policy_classes: null\nmodels:\n  m: {Profile}\n").Root);

    public static TheoryData<string, int, string> Faults => new()
    {
        { "", 1, "has neither a root profile nor a model profile" },
        { "{}", 1, "has neither a root profile nor a model profile" },
        { "models: {}", 1, "has neither a root profile nor a model profile" },
        { "[]", 1, "must be a mapping" },
        { "models: null", 1, "models: must be a mapping" },
        { "a: 1", 1, "unknown key 'a'; known: default_policy_family, uncached_isl_buckets, policy_classes, models" },
        { "default_policy_family: f\npolicy_class: []\n", 2, "did you mean 'policy_classes'?" },
        { "default_policy_family: f\n", 1, "has a root profile without uncached_isl_buckets" },
        { $"models: {{'': {Profile}}}", 1, "a model needs a name" },
        { "models:\n  m: null\n", 2, "model \"m\": must be a mapping" },
        { "models:\n  m: {}\n", 2, "model \"m\": default_policy_family is missing" },
        { $"models: {{m: {Profile.Replace("policy_classes: [{name: a, policy_family: f, cache_bucket: s, quantum: 4}]", "policy_classes: []", StringComparison.Ordinal)}}}", 1, "model \"m\": policy_classes must not be empty" },
        { Profile.Replace("[{min_tokens: 0, bucket: s}]", "[]", StringComparison.Ordinal), 1,
            "root: uncached_isl_buckets must not be empty" },
        { Profile.Replace("[{min_tokens: 0, bucket: s}]", "x", StringComparison.Ordinal), 1, "root: uncached_isl_buckets must be a list" },
        { Head.Replace("tokens: 0", "tokens: 1", StringComparison.Ordinal) + Class, 3, "the first bucket must start at min_tokens 0" },
        { Head.Replace("policy_classes", "  - {min_tokens: 0, bucket: t}\npolicy_classes", StringComparison.Ordinal) + Class, 4,
            "min_tokens must rise" },
        { Head.Replace("policy_classes", "  - {min_tokens: 5, bucket: s}\npolicy_classes", StringComparison.Ordinal) + Class, 4,
            "bucket 's' is given twice" },
        { Head.Replace("policy_classes", "  - {min_tokens: 5, bucket: t}\npolicy_classes", StringComparison.Ordinal) + Class, 6,
            "no class covers family 'f' and bucket 't'" },
        { Head.Replace("bucket: s", "bucket: s, x: 1", StringComparison.Ordinal) + Class, 3, "unknown key 'x'; known: min_tokens, bucket" },
        { Head.Replace("min_tokens: 0, ", "", StringComparison.Ordinal) + Class, 3, "min_tokens is missing" },
        { Head.Replace("min_tokens: 0", "min_tokens: 0.0", StringComparison.Ordinal) + Class, 3,
            "min_tokens must be an integer from 0 (is '0.0')" },
        { Head.Replace(": f", ": g", StringComparison.Ordinal) + Class, 1, "default_policy_family 'g' is not the family of any class" },
        { Head.Replace(": f", ": [f]", StringComparison.Ordinal) + Class, 1, "default_policy_family must be a text" },
        { Head + "  - {name: v, quantum: 1}\n", 1, "default_policy_family 'f' is not the family of any class" },
        { Head + Class + "  - {name: f, quantum: 1}\n", 5, "is named like a family" },
        { Head + Class + "  - {name: a, quantum: 1}\n", 6, "class 'a' is given twice" },
        { Head + Class + "  - {name: b, policy_family: f, cache_bucket: s, quantum: 1}\n", 6,
            "family 'f' and bucket 's' have a class already" },
        { Head + Class + "  - {name: b, policy_family: f, quantum: 1}\n", 6, "needs both policy_family and cache_bucket, or neither" },
        { Head + Class + "  - {name: b, policy_family: f, cache_bucket: zz, quantum: 1}\n", 6,
            "cache_bucket 'zz' is not in uncached_isl_buckets" },
        { Head + Class + "  - {name: 'b b', quantum: 1}\n", 6, "name must consist of letters" },
        { Head + Class + "  - {name: '', quantum: 1}\n", 6, "name must consist of letters" },
        { Head + Class + "  - {quantum: 1}\n", 6, "policy_classes[1]: name is missing" },
        { Head + Class.Replace(", quantum: 4", "", StringComparison.Ordinal), 5, "quantum is missing" },
        { Head + Class.Replace("4}", "0}", StringComparison.Ordinal), 5, "quantum must be greater than 0" },
        { Head + Class.Replace("4}", "'4'}", StringComparison.Ordinal), 5, "quantum must be an integer from 0" },
        { Head + Class.Replace("4}", "4, queue_policy: lcfs}", StringComparison.Ordinal), 5,
            "queue_policy must be fcfs or wspt (is 'lcfs')" },
        { Head + Class.Replace("4}", "4, queue_policy: null}", StringComparison.Ordinal), 5, "queue_policy must be fcfs or wspt" },
        { Head + Class.Replace("4}", "4, queue_policy: FCFS}", StringComparison.Ordinal), 5, "queue_policy must be fcfs or wspt" },
        { Head + Class.Replace("4}", "4, foo: 1}", StringComparison.Ordinal), 5, "unknown key 'foo'; known: name, policy_family" },
        { Head + Class.Replace("4}", "4, quantum: 5}", StringComparison.Ordinal), 5, "'quantum' is given twice" },
        { Head + Class.Replace("4}", "4, admission: {x: 1}}", StringComparison.Ordinal), 5, "admission: type is missing" },
        { Head + Class.Replace("4}", "4, admission: foo}", StringComparison.Ordinal), 5, "admission: must be a mapping" },
        { Head + Class.Replace("4}", "4, prefill_busy_threshold: -1}", StringComparison.Ordinal), 5,
            "prefill_busy_threshold must be an integer from 0" },
        { Head + Class.Replace("4}", "4, prefill_busy_threshold: 1_000}", StringComparison.Ordinal), 5,
            "prefill_busy_threshold must be an integer from 0" },
        { Head + Class.Replace("4}", "4, prefill_busy_threshold: 005}", StringComparison.Ordinal), 5,
            "prefill_busy_threshold must be an integer from 0" },
        { Head + Class.Replace("4}", "4, prefill_busy_threshold: 18446744073709551616}", StringComparison.Ordinal), 5,
            "prefill_busy_threshold must be an integer from 0" },
        { Head + Class.Replace("4}", "4, prefill_busy_threshold_frac: -0.1}", StringComparison.Ordinal), 5,
            "prefill_busy_threshold_frac must be a finite number from 0" },
        { Head + Class.Replace("4}", "4, prefill_busy_threshold_frac: .inf}", StringComparison.Ordinal), 5,
            "prefill_busy_threshold_frac must be a finite number from 0" },
        { Head + Class.Replace("4}", "4, prefill_busy_threshold_frac: '0.5'}", StringComparison.Ordinal), 5,
            "prefill_busy_threshold_frac must be a finite number from 0" },
        { Head + "  - [1]\n", 5, "policy_classes[0]: must be a mapping" },
        { "a: [1\n", 2, "not valid YAML: while parsing a flow sequence, did not find expected ',' or ']'" },
    };

    [Theory]
    [MemberData(nameof(Faults))]
    public void A_broken_rule_is_reported_with_file_and_line(string yaml, int line, string expected)
    {
        AgentSimException error = Assert.Throws<AgentSimException>(() => Load(yaml));
        Assert.Equal("RouterPolicyInvalid", error.ErrorId);
        Assert.StartsWith($"{PathOf()}:{line}: ", error.Message, StringComparison.Ordinal);
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_file_is_named()
    {
        RouterSettings settings = RouterSettings.Default with { RouterPolicyConfig = PathOf() };
        AgentSimException error = Assert.Throws<AgentSimException>(() => settings.Resolve("router"));
        Assert.Equal("RouterPolicyInvalid", error.ErrorId);
        Assert.StartsWith(PathOf() + ": ", error.Message, StringComparison.Ordinal);
        Assert.Null(RouterConfig.Default.Policy);
    }

    [Fact]
    public void Classes_may_repeat_a_value_by_its_anchor()
    {
        string yaml = "default_policy_family: &f interactive\nuncached_isl_buckets:\n  - &short {min_tokens: 0, bucket: &s " +
            "short}\npolicy_classes:\n"
            + "  - {name: a, policy_family: *f, cache_bucket: *s, quantum: 4}\n"
            + "models:\n  m:\n    default_policy_family: *f\n    uncached_isl_buckets: [*short]\n"
            + "    policy_classes: [{name: !!str 7, policy_family: *f, cache_bucket: *s, quantum: 2}]\n";
        RouterPolicy policy = Load(yaml);
        Assert.Equal(policy.Root!.Buckets, policy.Models["m"].Buckets);
        Assert.Equal("7", policy.Models["m"].Classes[0].Name);
    }

    [Fact]
    public void A_file_of_gigabytes_is_refused_unread()
    {
        using (FileStream file = File.Create(PathOf())) file.SetLength(8L << 30);
        Assert.Contains("longer than 1,048,576 bytes", Assert.Throws<AgentSimException>(() => RouterPolicy.Load(PathOf())).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_is_no_text_is_refused()
    {
        File.WriteAllBytes(PathOf(), [0x61, 0xff, 0xfe, 0x80]);
        Assert.Contains("not valid UTF-8", Assert.Throws<AgentSimException>(() => RouterPolicy.Load(PathOf())).Message,
            StringComparison.Ordinal);
    }
}
