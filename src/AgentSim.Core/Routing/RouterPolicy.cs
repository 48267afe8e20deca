namespace AgentSim.Routing;

/// <summary>A policy file: the request classes of the router's queue (behaviour 05#9).</summary>
public sealed class RouterPolicy
{
    internal RouterPolicy(RouterPolicyProfile? root, IReadOnlyDictionary<string, RouterPolicyProfile> models)
    {
        Root = root;
        Models = models;
    }

    /// <summary>The profile of models without one of their own; null when the file has none.</summary>
    public RouterPolicyProfile? Root { get; }

    /// <summary>Profiles by model name.</summary>
    public IReadOnlyDictionary<string, RouterPolicyProfile> Models { get; }

    /// <summary>Reads a policy file.</summary>
    /// <param name="path">A YAML file.</param>
    /// <exception cref="AgentSimException"><c>RouterPolicyInvalid</c>, with file and line.</exception>
    public static RouterPolicy Load(string path) => RouterPolicyReader.Read(path).Policy;

    /// <summary>The profile that applies to <paramref name="modelName"/>; null means one class made from the router settings.</summary>
    /// <param name="modelName">The served model; null when not given.</param>
    public RouterPolicyProfile? SelectProfile(string? modelName) =>
        modelName is not null && Models.TryGetValue(modelName, out RouterPolicyProfile? profile) ? profile : Root;
}

/// <summary>A policy file as it was read.</summary>
/// <param name="Policy">What it says.</param>
/// <param name="Digest">SHA-256 of its bytes, in hexadecimal.</param>
internal sealed record RouterPolicyFile(RouterPolicy Policy, string Digest);

/// <summary>A request class of a policy file (behaviour 05#9).</summary>
/// <param name="Name">Unique in its profile.</param>
/// <param name="Family">The family whose cell this is; null for an explicit class, which requests name themselves.</param>
/// <param name="Bucket">The bucket of uncached prompt tokens whose cell this is; null for an explicit class.</param>
/// <param name="QueuePolicy">Order within the class.</param>
/// <param name="Quantum">Uncached tokens the class may send in one turn, at least 1.</param>
/// <param name="BusyTokens">Pending prompt tokens above which a target is busy; null for no such bound.</param>
/// <param name="BusyFraction">The same as a fraction of the token budget of a pass.</param>
/// <param name="RequestLimit">Waiting requests allowed per target; null for any number.</param>
/// <param name="PromptTokenLimit">Waiting prompt tokens allowed per target.</param>
/// <param name="CachedTokenLimit">Waiting cached prompt tokens allowed per target.</param>
public sealed record RouterPolicyClass(
    string Name,
    string? Family,
    string? Bucket,
    RouterQueuePolicy QueuePolicy,
    long Quantum,
    long? BusyTokens = null,
    double? BusyFraction = null,
    long? RequestLimit = null,
    long? PromptTokenLimit = null,
    long? CachedTokenLimit = null)
{
    /// <summary>True when requests of the class can wait in the router at all.</summary>
    public bool Queues => BusyTokens is not null || BusyFraction is not null;
}

/// <summary>A range of uncached prompt tokens: from <paramref name="MinTokens"/> to the next bucket.</summary>
/// <param name="MinTokens">First count in the bucket.</param>
/// <param name="Name">Unique in its profile.</param>
public sealed record RouterPolicyBucket(long MinTokens, string Name);

/// <summary>The request classes that apply to one model, or to every model without a profile of its own.</summary>
public sealed class RouterPolicyProfile
{
    private readonly Dictionary<string, int> _explicitClasses = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int[]> _families = new(StringComparer.Ordinal);   // class index per bucket

    // The reader has checked all rules: every family covers every bucket exactly once.
    internal RouterPolicyProfile(string defaultFamily, IReadOnlyList<RouterPolicyBucket> buckets, IReadOnlyList<RouterPolicyClass> classes)
    {
        DefaultFamily = defaultFamily;
        Buckets = buckets;
        Classes = classes;
        for (int c = 0; c < classes.Count; c++)
        {
            if (classes[c].Family is not { } family)
            {
                _explicitClasses.Add(classes[c].Name, c);
                continue;
            }

            if (!_families.TryGetValue(family, out int[]? cells)) _families.Add(family, cells = new int[buckets.Count]);
            for (int b = 0; b < buckets.Count; b++)
            {
                if (buckets[b].Name == classes[c].Bucket) cells[b] = c;
            }
        }
    }

    /// <summary>The family of requests that name none that is known.</summary>
    public string DefaultFamily { get; }

    /// <summary>Ranges of uncached prompt tokens, ascending from 0.</summary>
    public IReadOnlyList<RouterPolicyBucket> Buckets { get; }

    /// <summary>The classes in file order.</summary>
    public IReadOnlyList<RouterPolicyClass> Classes { get; }

    /// <summary>Index of the class a request belongs to.</summary>
    /// <param name="policyClass">What the request names; null for nothing.</param>
    /// <param name="uncachedTokens">Prompt tokens that no target has cached.</param>
    internal int ClassOf(string? policyClass, long uncachedTokens)
    {
        if (policyClass is not null && _explicitClasses.TryGetValue(policyClass, out int index)) return index;
        if (policyClass is null || !_families.TryGetValue(policyClass, out int[]? cells)) cells = _families[DefaultFamily];
        int bucket = Buckets.Count - 1;
        while (bucket > 0 && Buckets[bucket].MinTokens > uncachedTokens) bucket--;
        return cells[bucket];
    }
}
