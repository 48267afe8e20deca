using AgentSim.Files;

namespace AgentSim.Routing;

/// <summary>
/// The KV router, ready to run: every value that is in effect, and the queue policies of its file.
/// <see cref="RouterSettings.Resolve"/> makes it; nothing that uses it reads a file. It never changes.
/// </summary>
public sealed record RouterConfig
{
    private readonly RouterFault? _fault;

    internal RouterConfig(RouterSettings settings, RouterPolicyFile? policy, RouterFault? fault)
    {
        (Settings, _fault) = (settings, fault);
        (Policy, PolicyDigest) = (policy?.Policy, policy?.Digest);
        OverlapScoreCredit = settings.OverlapScoreCredit;
        OverlapScoreCreditDecay = settings.OverlapScoreCreditDecay;
        PrefillLoadScale = settings.PrefillLoadScale;
        DecodeActiveRequestWeight = settings.DecodeActiveRequestWeight;
        Temperature = settings.RouterTemperature;
        TracksActiveBlocks = settings.RouterTrackActiveBlocks;
        AssumesKvReuse = settings.RouterAssumeKvReuse;
        TracksPrefillTokens = settings.RouterTrackPrefillTokens;
        QueueThreshold = settings.RouterQueueThreshold;
        QueuePolicy = settings.RouterQueuePolicy;
    }

    /// <summary>All defaults.</summary>
    public static RouterConfig Default { get; } = RouterSettings.Default.Resolve("router settings");

    /// <summary>The settings it was made from, as the provenance of a report holds them.</summary>
    public RouterSettings Settings { get; }

    /// <summary>The queue policies of the policy file; null without one.</summary>
    public RouterPolicy? Policy { get; }

    /// <summary>SHA-256 of the policy file, in hexadecimal; null without one.</summary>
    internal string? PolicyDigest { get; }

    /// <summary>Why the KV router cannot run with them; null: it can.</summary>
    internal string? Fault => _fault?.Message;

    /// <summary>Blocks of prefill cost that one cached prompt block saves.</summary>
    public double OverlapScoreCredit { get; private init; }

    /// <summary>How fast the credit shrinks on targets with more pending prefill than the idlest one.</summary>
    public double OverlapScoreCreditDecay { get; }

    /// <summary>Weight of the prefill cost.</summary>
    public double PrefillLoadScale { get; }

    /// <summary>Blocks of cost that one active request counts for.</summary>
    public double DecodeActiveRequestWeight { get; }

    /// <summary>0 takes the lowest cost; above, targets are drawn.</summary>
    public double Temperature { get; }

    /// <summary>Whether the blocks of active requests count as cost.</summary>
    public bool TracksActiveBlocks { get; private init; }

    /// <summary>Whether blocks shared by active requests of a target count once.</summary>
    public bool AssumesKvReuse { get; private init; }

    /// <summary>Whether pending prompt tokens count as cost.</summary>
    public bool TracksPrefillTokens { get; private init; }

    /// <summary>Fraction of the token budget of a pass above which a target is busy; null never queues.</summary>
    public double? QueueThreshold { get; }

    /// <summary>Order of waiting requests.</summary>
    public RouterQueuePolicy QueuePolicy { get; internal init; }

    /// <summary>Reads and resolves the JSON text of a router-configuration option.</summary>
    /// <param name="json">A JSON object in which no name occurs twice.</param>
    /// <param name="optionName">The option as the user wrote it, for messages: <see cref="Setting.RouterConfig"/> or another term.</param>
    /// <param name="files">What was read before; null: nothing.</param>
    /// <exception cref="AgentSimException"><c>RouterConfigInvalid</c> or <c>RouterPolicyInvalid</c>.</exception>
    public static RouterConfig Parse(string json, string optionName, LoadedFiles? files = null) =>
        RouterSettings.Parse(json, optionName).Resolve(optionName, files);

    /// <summary>Refuses what a run with the KV router cannot do: the AIC load model, and a tracking key that could not be read.</summary>
    /// <param name="optionName">What the user calls these settings, for messages.</param>
    /// <exception cref="AgentSimException"><c>AicNotAvailable</c> or <c>RouterTrackingKeyInvalid</c>.</exception>
    public void CheckRunnable(string optionName)
    {
        if (_fault is { } fault) throw fault.As(optionName);
    }

    /// <summary>What the router of a prefill pool makes of it: it does not count blocks (behaviour 05#10).</summary>
    internal RouterConfig ForPrefillPool() => this with { TracksActiveBlocks = false };

    /// <summary>What the router of a decode pool makes of it: blocks and requests only, nothing shared, no queue (behaviour
    /// 05#10).</summary>
    internal RouterConfig ForDecodePool() => this with { OverlapScoreCredit = 0.0, AssumesKvReuse = false, TracksPrefillTokens = false };

    /// <summary>Every setting as one JSON object with the reference's names.</summary>
    public string ToJson() => Settings.ToJson();

    /// <summary>The settings that are not the defaults, e.g. <c>router_temperature=0.5</c>; <c>defaults</c> where all are.</summary>
    public override string ToString() => Settings.ToString();
}
