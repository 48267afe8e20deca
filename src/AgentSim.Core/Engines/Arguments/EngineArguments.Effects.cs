using System.Text.Json;
using AgentSim.Json;

namespace AgentSim.Engines;

// Which arguments change nothing in a replay. ArgumentEffects in the tests shows it for each of them.
public sealed partial record EngineArguments
{
    private static readonly HashSet<string> Transfer = ["kv_bytes_per_token", "kv_transfer_bandwidth", "kv_transfer_timing_mode"];

    // Members of nested objects that nobody knows: the reference passes over them, and so does the table that reads them.
    internal IReadOnlyList<string> UnknownMembers { get; init; } = [];

    // What a timing profile leaves alone, even where it is the default.
    internal GivenNames Given { get; init; }

    /// <summary>What was set and changes nothing in a replay, by reason.</summary>
    /// <param name="optionName">What the user calls these arguments, for messages.</param>
    /// <param name="hasRouter">Whether a KV router places the requests.</param>
    internal IEnumerable<RunWarning> Ignored(string optionName, bool hasRouter)
    {
        var defaults = new EngineArguments { EngineType = EngineType, WorkerType = WorkerType };
        string[] set = [.. JsonOptionsText.ChangedNames(defaults.Validated(optionName).ToJson(), ToJson())];
        HashSet<string> inert = [.. EngineArgumentsTable.Arguments.Rows.Where(row => row.IsInert).Select(row => row.Name)];
        string[] others = [.. EngineType.All.Select(type => type.Name).Where(name => name != EngineType.Name)];
        (string Reason, Func<string, bool> Matches)[] reasons =
        [
            ("offline replay does not simulate what they are for", inert.Contains),
            .. others.Select(other => ($"they are for engine_type {other}",
                (Func<string, bool>)(name => name.StartsWith(other + ".", StringComparison.Ordinal)))),
            ($"engine_type {EngineType} ignores them", EngineType.IgnoredArguments.Contains),
            ("nothing is handed over between workers that do both", name => WorkerType == WorkerType.Aggregated && Transfer.Contains(name)),
            ("what is handed over is up to the prefill workers", name => WorkerType == WorkerType.Decode && Transfer.Contains(name)),
            ("only the KV router has a queue", name => !hasRouter && name == "router_queue_policy"),
            ("nothing is drawn without aic_nextn", name => AicNextn is null && name == "aic_mtp_seed"),
        ];
        foreach ((string reason, Func<string, bool> matches) in reasons)
        {
            string[] names = [.. set.Where(matches)];
            if (names.Length > 0)
                yield return new RunWarning(WarningCodes.ArgumentsIgnored,
                    $"{optionName}: {string.Join(", ", names)} without effect: {reason}", names.Length);
        }

        if (UnknownMembers.Count > 0)
            yield return new RunWarning(WarningCodes.ArgumentsIgnored,
                $"{optionName}: {string.Join(", ", UnknownMembers)} without effect: there is no argument of that name; " +
                    $"{NearestName.Suggest(UnknownMembers[0], Members())}", UnknownMembers.Count);
        if (WorkerType == WorkerType.Prefill && KvBytesPerToken is null != KvTransferBandwidth is null)
            yield return new RunWarning(WarningCodes.ArgumentsIgnored,
                $"{optionName}: kv_bytes_per_token and kv_transfer_bandwidth without effect by themselves: handing over " +
                    "takes time only with both");
    }

    private static string[] FindUnknownMembers(JsonElement root)
    {
        string[] known = Members();
        List<string> unknown = [];
        foreach (JsonProperty group in root.EnumerateObject())
        {
            if (group.Value.ValueKind != JsonValueKind.Object
                || !known.Any(name => name.StartsWith(group.Name + ".", StringComparison.Ordinal))) continue;
            unknown.AddRange(group.Value.EnumerateObject().Select(member => $"{group.Name}.{member.Name}")
                .Where(name => !known.Contains(name)));
        }

        return [.. unknown];   // none: always the same array, so that equal arguments stay equal
    }

    private static string[] Members() =>
        [.. EngineArgumentsTable.Arguments.Names.Where(name => name.Contains('.', StringComparison.Ordinal))];
}
