namespace AgentSim.Engines;

/// <summary>
/// A simulated engine: all that the rest of AgentSim asks of it. Each engine is one folder, which holds a subclass and
/// adds it here by name (<c>Vllm/VllmType.cs</c>).
/// </summary>
public abstract partial class EngineType
{
    // Without an initialiser: the properties added by the folders may be initialised before this field.
    private static List<EngineType>? _all;

    private protected EngineType(string name) => Name = name;

    /// <summary>The engines that have a name in JSON, by name.</summary>
    public static IReadOnlyList<EngineType> All => [.. _all!.OrderBy(type => type.Name, StringComparer.Ordinal)];

    /// <summary>The value of <c>engine_type</c>, in lower case.</summary>
    public string Name { get; }

    /// <summary>The engine of a name, in any letter case.</summary>
    /// <param name="name">A name of one of <see cref="All"/>.</param>
    /// <exception cref="AgentSimException"><c>EngineArgumentsInvalid</c>: there is none.</exception>
    public static EngineType Parse(string name) =>
        Find(name, All) ?? throw Errors.EngineArgumentsInvalid.Error($"the engine type {WhyUnknown(name, All)}");

    /// <summary>The <see cref="Name"/>.</summary>
    public override string ToString() => Name;

    internal static EngineType? Find(string name, IEnumerable<EngineType> engines) =>
        engines.FirstOrDefault(type => string.Equals(type.Name, name, StringComparison.OrdinalIgnoreCase));

    internal static string WhyUnknown(string name, IEnumerable<EngineType> engines) =>
        $"must be one of {string.Join(", ", engines)} (is {Quote.Of(name)})";

    private static EngineType Add(EngineType type)
    {
        (_all ??= []).Add(type);
        return type;
    }

    /// <summary>How workers are split into prefill and decode; null: they cannot be.</summary>
    internal virtual Splitting? Splitting => null;

    /// <summary>True when <c>max_model_len</c> bounds its sequences.</summary>
    internal virtual bool HasLengthLimit => false;

    /// <summary>True when arguments of KV offload select the block manager <c>kvbm</c>.</summary>
    internal virtual bool HasOffload => false;

    /// <summary>The arguments of all engines that it has no use for, by their names in JSON.</summary>
    internal virtual IReadOnlyList<string> IgnoredArguments => [];

    /// <summary>Whether it has a use for an argument: objects such as <c>sglang</c> are for the engine of their name.</summary>
    /// <param name="name">The name in JSON.</param>
    internal bool Reads(string name) => name switch
    {
        "max_model_len" => HasLengthLimit,
        _ when name.Split('.') is [{ } group, _] && All.Any(type => type.Name == group) => group == Name,
        _ => !IgnoredArguments.Contains(name),
    };

    /// <summary>Tokens in a KV block when <c>block_size</c> is not given.</summary>
    internal abstract long DefaultBlockSize(EngineArguments arguments);

    /// <summary>Why arguments contradict each other for this engine; null when they do not. Called with all defaults filled in.</summary>
    internal virtual string? FindConflict(EngineArguments arguments) => null;

    /// <summary>A remark on valid arguments that probably do not mean what their author thinks.</summary>
    internal virtual string? FindDoubt(EngineArguments arguments) => null;

    /// <summary>What <c>block_size</c> must be where valid arguments cannot run; null when they can.</summary>
    internal virtual string? FindUnrunnableBlockSize(EngineConfig config) => null;

    /// <summary>True when the scheduler turns away such a prompt, or a decode worker refuses it room.</summary>
    internal virtual bool Rejects(EngineConfig config, int promptTokens) =>
        promptTokens > config.CapacityTokens || promptTokens >= config.MaxModelLen;

    /// <summary>Why a request that is not rejected can never run to its end, whatever else its worker does; null when it may.</summary>
    internal virtual string? WhyNever(EngineConfig config, int promptTokens, int outputTokens) => null;

    /// <summary>The engine of the workers of one run that share arguments.</summary>
    internal abstract SimulatedEngine Create(EngineServices services);
}

/// <summary>How the workers of an engine are split into prefill and decode.</summary>
/// <param name="Order">Which side a request goes to first.</param>
/// <param name="Create">Makes the engine of the workers of one pool that share arguments.</param>
internal sealed record Splitting(HandoffOrder Order, Func<EngineServices, SplitEngine> Create);

/// <summary>Which side of a disaggregated pair a request goes to first (behaviour 04#7).</summary>
internal enum HandoffOrder
{
    /// <summary>Room on the decode worker is reserved once the prompt is computed.</summary>
    SourceFirst,

    /// <summary>Room on the decode worker is reserved first.</summary>
    DestinationFirst,
}
