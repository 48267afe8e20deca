using System.Security.Cryptography;
using System.Text;
using AgentSim.Files;
using AgentSim.Yaml;

namespace AgentSim.Routing;

/// <summary>Reads policy files and checks their rules (behaviour 05#9).</summary>
internal static class RouterPolicyReader
{
    public static ErrorCode InvalidId => Errors.RouterPolicyInvalid;


    private static readonly string[] ProfileKeys = ["default_policy_family", "uncached_isl_buckets", "policy_classes"];

    /// <summary>Keys of the file itself.</summary>
    public static readonly string[] RootKeys = [.. ProfileKeys, "models"];

    /// <summary>Keys of an entry of <c>uncached_isl_buckets</c>.</summary>
    public static readonly string[] BucketKeys = ["min_tokens", "bucket"];

    /// <summary>Keys of an entry of <c>policy_classes</c>.</summary>
    public static readonly string[] ClassKeys =
    [
        "name", "policy_family", "cache_bucket", "queue_policy", "admission", "quantum", "prefill_busy_threshold",
        "prefill_busy_threshold_frac", "request_queue_limit_per_worker", "raw_isl_token_queue_limit_per_worker",
        "cached_token_queue_limit_per_worker",
    ];

    public static RouterPolicyFile Read(string path)
    {
        string text = ReadText(path, out string digest);
        YamlNode document = YamlReader.Read(text, path, InvalidId);
        if (document.IsNull) document = YamlNode.Mapping(document.Line);
        var root = new RouterPolicyMap(document, path, "the policy file", RootKeys);
        RouterPolicyProfile? profile = ReadRoot(root);
        var models = new Dictionary<string, RouterPolicyProfile>(StringComparer.Ordinal);
        if (document.Find("models") is { } modelsNode)
        {
            var map = new RouterPolicyMap(modelsNode, path, "models", null);
            foreach ((YamlNode name, YamlNode value) in map.Node.Entries)
            {
                if (name.Text.Length == 0) throw map.Fail(name, "a model needs a name");
                models.Add(name.Text, ReadProfile(new RouterPolicyMap(value, path, $"model \"{name.Text}\"", ProfileKeys)));
            }
        }

        if (profile is null && models.Count == 0)
            throw root.Fail(document,
                "has neither a root profile nor a model profile; give default_policy_family, uncached_isl_buckets and policy_classes");
        return new RouterPolicyFile(new RouterPolicy(profile, models), digest);
    }

    private static RouterPolicyProfile? ReadRoot(RouterPolicyMap root)
    {
        int given = ProfileKeys.Count(key => root.Find(key) is not null);
        if (given == 0) return null;
        if (given < ProfileKeys.Length)
        {
            string missing = ProfileKeys.First(key => root.Find(key) is null);
            throw root.Fail(root.Node, $"has a root profile without {missing}; give all of {string.Join(", ", ProfileKeys)} or none");
        }

        return ReadProfile(root.Named("root"));
    }

    private static RouterPolicyProfile ReadProfile(RouterPolicyMap profile)
    {
        string defaultFamily = profile.Name("default_policy_family");
        List<RouterPolicyBucket> buckets = ReadBuckets(profile);
        List<RouterPolicyClass> classes = ReadClasses(profile, buckets);
        var families = classes.Where(c => c.Family is not null).Select(c => c.Family!).ToHashSet(StringComparer.Ordinal);
        if (!families.Contains(defaultFamily))
            throw profile.Fail(profile.Required("default_policy_family"),
                $"default_policy_family {Quote.Of(defaultFamily)} is not the family of any class");

        YamlNode list = profile.Required("policy_classes");
        foreach (RouterPolicyClass named in classes)
        {
            if (named.Family is null && families.Contains(named.Name))
                throw profile.Fail(list, $"the class {Quote.Of(named.Name)} without a family is named like a family; rename it");
        }

        foreach (string family in families)
        {
            foreach (RouterPolicyBucket bucket in buckets)
            {
                if (!classes.Exists(c => c.Family == family && c.Bucket == bucket.Name))
                    throw profile.Fail(list, $"no class covers family {Quote.Of(family)} and bucket {Quote.Of(bucket.Name)}");
            }
        }

        return new RouterPolicyProfile(defaultFamily, buckets, classes);
    }

    private static List<RouterPolicyBucket> ReadBuckets(RouterPolicyMap profile)
    {
        var buckets = new List<RouterPolicyBucket>();
        foreach (YamlNode node in profile.List("uncached_isl_buckets"))
        {
            RouterPolicyMap map = profile.Inner(node, $"uncached_isl_buckets[{buckets.Count}]", BucketKeys);
            long min = map.Count(map.Required("min_tokens"), "min_tokens");
            string name = map.Name("bucket");
            if (buckets.Count == 0 && min != 0) throw map.Fail(node, "the first bucket must start at min_tokens 0");
            if (buckets.Count > 0 && min <= buckets[^1].MinTokens) throw map.Fail(node, "min_tokens must rise from bucket to bucket");
            if (buckets.Exists(b => b.Name == name)) throw map.Fail(node, $"bucket {Quote.Of(name)} is given twice");
            buckets.Add(new RouterPolicyBucket(min, name));
        }

        return buckets;
    }

    private static List<RouterPolicyClass> ReadClasses(RouterPolicyMap profile, List<RouterPolicyBucket> buckets)
    {
        var classes = new List<RouterPolicyClass>();
        foreach (YamlNode node in profile.List("policy_classes"))
        {
            RouterPolicyMap map = profile.Inner(node, $"policy_classes[{classes.Count}]", ClassKeys);
            RouterPolicyClass read = ReadClass(map);
            if (classes.Exists(c => c.Name == read.Name)) throw map.Fail(node, $"class {Quote.Of(read.Name)} is given twice");
            if (read.Bucket is not null)
            {
                if (!buckets.Exists(b => b.Name == read.Bucket))
                    throw map.Fail(node, $"cache_bucket {Quote.Of(read.Bucket)} is not in uncached_isl_buckets");
                if (classes.Exists(c => c.Family == read.Family && c.Bucket == read.Bucket))
                    throw map.Fail(node, $"family {Quote.Of(read.Family)} and bucket {Quote.Of(read.Bucket)} have a class already");
            }

            classes.Add(read);
        }

        return classes;
    }

    private static RouterPolicyClass ReadClass(RouterPolicyMap map)
    {
        string name = map.Name("name");
        string? family = map.Find("policy_family") is null ? null : map.Name("policy_family");
        string? bucket = map.Find("cache_bucket") is null ? null : map.Name("cache_bucket");
        if (family is null != bucket is null) throw map.Fail(map.Node, "needs both policy_family and cache_bucket, or neither");
        if (map.Find("admission") is { } admission) map.Inner(admission, "admission", null).Required("type");

        YamlNode quantumNode = map.Required("quantum");
        long quantum = map.Count(quantumNode, "quantum");
        if (quantum == 0) throw map.Fail(quantumNode, "quantum must be greater than 0");

        double? fraction = map.Find("prefill_busy_threshold_frac") is { } node ? map.Number(node, "prefill_busy_threshold_frac") : null;
        return new RouterPolicyClass(
            name,
            family,
            bucket,
            ReadQueuePolicy(map),
            quantum,
            map.OptionalCount("prefill_busy_threshold"),
            fraction,
            map.OptionalCount("request_queue_limit_per_worker"),
            map.OptionalCount("raw_isl_token_queue_limit_per_worker"),
            map.OptionalCount("cached_token_queue_limit_per_worker"));
    }

    private static RouterQueuePolicy ReadQueuePolicy(RouterPolicyMap map)
    {
        if (map.Node.Find("queue_policy") is not { } node) return RouterQueuePolicy.Fcfs;
        bool isAllowed = RouterQueuePolicies.Names.TryFind(map.Text(node, "queue_policy"), out RouterQueuePolicy policy)
            && policy != RouterQueuePolicy.Lcfs;
        return isAllowed ? policy : throw map.Fail(node, $"queue_policy must be fcfs or wspt (is {Quote.Of(node.Text)})");
    }

    private static string ReadText(string path, out string digest)
    {
        try
        {
            using FileStream file = File.OpenRead(path);
            byte[] bytes = (BoundedFile.Read(file, InputLimits.Policy.Value) ?? throw InvalidId.At(path, 0,
                $"router policy file: longer than {InputLimits.Policy.Value:N0} bytes; it holds families, buckets and classes only " +
                    $"({InputLimits.Policy.Raise})")).ToArray();
            digest = Convert.ToHexStringLower(SHA256.HashData(bytes));
            return Encoding.UTF8.GetString(EncodedText.Of(bytes, path, InvalidId).Span);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw InvalidId.At(path, 0, "router policy file: cannot be read; check the path", e);
        }
    }
}
