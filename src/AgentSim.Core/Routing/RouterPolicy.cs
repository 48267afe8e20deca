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
