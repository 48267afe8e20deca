using static AgentSim.Tests.Simulation.ArgumentEffects.ArgumentCase;
using static AgentSim.Tests.Simulation.ArgumentEffects.Benches;
using static AgentSim.Tests.Simulation.ArgumentEffects.Option;

namespace AgentSim.Tests.Simulation.ArgumentEffects;

/// <summary>Settings of the router's policy file (behaviour 05#9).</summary>
internal static class PolicyCases
{
    /// <summary>One class without a threshold.</summary>
    public const string NeverWaits =
        """{"default_policy_family": "f", "uncached_isl_buckets": [{"min_tokens": 0, "bucket": "all"}], "policy_classes": [{"name": "f-all", "policy_family": "f", "cache_bucket": "all", "quantum": 1}]}""";

    // Rows 1 and 2 make both targets busy; 3 (64 tokens), 6 (32) and 7 (16) are of the default family, which waits for an idle target.
    private static readonly Bench Classes = new("classes", Lines(
        Row(0, 64, 3, [1, 2, 3, 4]),
        Row(0, 128, 3, [11, 12, 13, 14, 15, 16, 17, 18]),
        Row(0, 64, 2, [31, 32, 33, 34]),
        Row(0, 32, 2, [21, 22], ",\"policy_class\":\"vip\""),
        Row(0, 48, 2, [41, 42, 43], ",\"policy_class\":\"g\""),
        Row(0, 32, 2, [51, 52]),
        Row(0, 16, 2, [61])))
    {
        Engine = """{"block_size":16,"max_num_batched_tokens":256}""",
        Workers = 2,
        Router = "{}",
        Policy =
            """
            {
              "default_policy_family": "f",
              "uncached_isl_buckets": [{"min_tokens": 0, "bucket": "all"}],
              "policy_classes": [
                {"name": "f-all", "policy_family": "f", "cache_bucket": "all", "quantum": 1, "prefill_busy_threshold": 0},
                {"name": "g-all", "policy_family": "g", "cache_bucket": "all", "quantum": 1},
                {"name": "vip", "quantum": 1}
              ]
            }
            """,
    };

    // Only prompts of 50 tokens and more wait: row 3.
    private static readonly Bench Buckets = Classes with
    {
        Name = "buckets",
        Policy =
            """
            {
              "default_policy_family": "f",
              "uncached_isl_buckets": [{"min_tokens": 0, "bucket": "short"}, {"min_tokens": 50, "bucket": "long"}],
              "policy_classes": [
                {"name": "f-short", "policy_family": "f", "cache_bucket": "short", "quantum": 1},
                {"name": "f-long", "policy_family": "f", "cache_bucket": "long", "quantum": 1, "prefill_busy_threshold": 0}
              ]
            }
            """,
    };

    // Both families wait: 64 tokens of f against 48 of g.
    private static readonly Bench Quanta = Classes.With(Policy, "policy_classes.1.prefill_busy_threshold",
        "0") with { Name = "two waiting classes" };

    private static readonly Bench Model = Classes with { Name = "classes of a model", ModelName = "m" };

    public static IEnumerable<ArgumentCase> All { get; } =
    [
        Changes(Policy, "default_policy_family", Classes, "\"g\"", "g never waits", ("3.first_admit_ms", 24.218164, 0)),
        Changes(Policy, "uncached_isl_buckets.1.min_tokens", Buckets, "65", "64 tokens are short",
            ("3.first_admit_ms", 24.714502999999997, 0)),
        Changes(Policy, "uncached_isl_buckets", Buckets, """[{"min_tokens": 0, "bucket": "long"}, {"min_tokens": 50, "bucket": "short"}]""",
            "the names swapped: short prompts wait, long ones do not", ("3.first_admit_ms", 24.714502999999997, 0),
                ("4.first_admit_ms", 0, 24.218164)) with { Argument = "uncached_isl_buckets.bucket" },
        Refused(Policy, "uncached_isl_buckets.1.bucket", Buckets, "\"other\"", "classes name the bucket", "RouterPolicyInvalid"),
        Changes(Policy, "policy_classes.2.name", Classes, "\"other\"", "vip is unknown, and so of the default family",
            ("4.first_admit_ms", 0, 24.218164)),
        NoEffect(Policy, "policy_classes.0.name", Classes, "\"other\"", "a name only, in a family"),
        Changes(Policy, "policy_classes.1.policy_family", Classes, "\"h\"", "g is unknown, and so of the default family",
            ("5.first_admit_ms", 0, 24.218164)),
        Changes(
            Policy,
            "policy_classes",
            Buckets,
            """[{"name": "f-short", "policy_family": "f", "cache_bucket": "long", "quantum": 1}, {"name": "f-long", "policy_family": "f", "cache_bucket": "short", "quantum": 1, "prefill_busy_threshold": 0}]""",
            "short prompts wait, long ones do not",
            ("3.first_admit_ms", 24.714502999999997, 0),
            ("4.first_admit_ms", 0, 24.218164)) with { Argument = "policy_classes.cache_bucket" },
        Refused(Policy, "policy_classes.1.cache_bucket", Buckets, "\"short\"", "nothing covers long", "RouterPolicyInvalid"),
        Changes(Policy, "policy_classes.0.queue_policy", Classes, "\"wspt\"", "the shortest prompt goes first",
            ("3.first_admit_ms", 24.218164, 46.735581999999994), ("7.first_admit_ms", 47.240079, 24.218164)),
        NoEffect(Policy, "policy_classes.0.queue_policy", Classes, "\"fcfs\"", "the default"),
        Refused(Policy, "policy_classes.0.queue_policy", Classes, "\"lcfs\"", "not in classes", "RouterPolicyInvalid"),
        Changes(Policy, "policy_classes.0.quantum", Quanta, "64",
            "its 64 tokens may go in the first turn; before, the 48 of g had to wait less",
                ("3.first_admit_ms", 24.218164, 23.722685999999996), ("5.first_admit_ms", 23.722685999999996, 46.982135)),
        NoEffect(Policy, "policy_classes.0.quantum", Classes, "64", "there is no other class to wait for"),
        Changes(Policy, "policy_classes.0.prefill_busy_threshold", Classes, "1000", "no target is busy",
            ("3.first_admit_ms", 24.218164, 0)),
        Changes(Policy, "policy_classes.0.prefill_busy_threshold", Classes, null, "without a threshold nothing waits",
            ("3.first_admit_ms", 24.218164, 0)),
        Changes(Policy, "policy_classes.1.prefill_busy_threshold_frac", Classes, "0.1", "25.6 pending tokens",
            ("5.first_admit_ms", 0, 23.722685999999996)),
        NoEffect(Policy, "policy_classes.1.prefill_busy_threshold_frac", Classes, "5.0", "1280 pending tokens"),
        Refused(Policy, "policy_classes.0.request_queue_limit_per_worker", Classes, "1", "row 7 would be the third on two targets",
            "RouterQueueFull"),
        NoEffect(Policy, "policy_classes.0.request_queue_limit_per_worker", Classes, "2", "three on two targets"),
        Refused(Policy, "policy_classes.0.raw_isl_token_queue_limit_per_worker", Classes, "48", "64 + 32 tokens wait when row 7 comes",
            "RouterQueueFull"),
        NoEffect(Policy, "policy_classes.0.raw_isl_token_queue_limit_per_worker", Classes, "49", "64 + 32 tokens wait when row 7 comes"),
        Refused(Policy, "policy_classes.0.cached_token_queue_limit_per_worker", Classes, "0", "0 is reached at once", "RouterQueueFull"),
        NoEffect(Policy, "policy_classes.0.cached_token_queue_limit_per_worker", Classes, "1", "nothing is cached"),
        NoEffect(Policy, "policy_classes.0.admission", Classes, """{"type": "any", "more": 1}""", "for live serving only"),
        Refused(Policy, "policy_classes.0.admission", Classes, "{}", "needs a type", "RouterPolicyInvalid"),
        Changes(Policy, "models", Model, $$"""{"m": {{NeverWaits}}}""", "the model's own profile", ("3.first_admit_ms", 24.218164, 0)),
        NoEffect(Policy, "models", Model, $$"""{"n": {{NeverWaits}}}""", "another model's"),

        NoEffect(Router, "router_queue_threshold", Classes, "1000", "a profile replaces it"),
        NoEffect(Router, "router_queue_policy", Classes, "\"lcfs\"", "a profile replaces it"),
    ];
}
