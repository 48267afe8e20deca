using AgentSim.Live;

namespace AgentSim.Cli;

/// <summary>The options of <c>agentsim live</c>: those of a replay but for engines and routers, and where to send it.</summary>
internal static class LiveOptions
{
    /// <summary>Options of a replay about what is only simulated, and those that have another meaning here.</summary>
    private static readonly string[] Simulated =
    [
        "--model", "--extra-engine-args", "--help-engine", "--timing-profile", "--num-workers", "--prefill-engine-args",
        "--decode-engine-args", "--num-prefill-workers", "--num-decode-workers", "--router-mode", "--router-config", "--help-router",
        "--router-policy-config", "--model-name", "--router-seed", "--replay-mode", "--max-sim-time-seconds", "--planner-config",
        "--benchmark-granularity",
    ];

    /// <summary>Those that say where the server is, and how to ask it.</summary>
    public static readonly OptionSpec[] Server =
    [
        new("--endpoint", "URL", "The server, as http://127.0.0.1:8000"),
        new("--model", "NAME", "The model to ask it for"),
        new("--api-key-env", "VARIABLE", "Environment variable that holds the API key; there is no other way to give one"),
        new("--yes", "", "Sends to another machine without asking first", OptionValue.None),
        new("--token-ids", "FIRST-LAST", "Ids that prompts are made of (default 1000-31999); special tokens must be outside"),
        new("--vocabulary-size", "N", "Size of the model's vocabulary, which ids must stay below"),
        new("--salt", "N", "Makes the prompts other ones than those of other runs (default: drawn anew)"),
        new("--cache-salt", "WHEN", "Sends cache_salt, too: auto (default; where the server is known to take it), always or never"),
        new("--request-timeout", "SECONDS", "Gives a request up after so long (default: never)"),
    ];

    /// <summary>All of them.</summary>
    public static readonly OptionSpec[] All =
    [
        .. Server,
        new("--prompt-mode", "MODE", "tokens (default): ids to /v1/completions; text: words to /v1/chat/completions"),
        new("--max-seconds", "X", "Ends the run after X seconds"),
        new("--only-model", "NAME", "Request traces and recordings: only requests that were to this model"),
        .. ReplayOptions.All.Where(option => !Simulated.Contains(option.Name)
            && !option.Name.StartsWith("--aic-", StringComparison.Ordinal)),
    ];

    /// <summary>Where to send requests, and how.</summary>
    /// <exception cref="AgentSimException">Something is missing or malformed.</exception>
    public static LiveSettings Read(OptionValues values)
    {
        if (values.Text("--endpoint") is not { } endpoint) throw Errors.OptionMissing.Usage("--endpoint is required");
        if (values.Text("--model") is not { } model) throw Errors.OptionMissing.Usage("--model is required");
        (int first, int last) = TokenIds(values.Text("--token-ids"));
        return new LiveSettings
        {
            Endpoint = LiveEndpoint.Parse(endpoint),
            Model = model,
            Key = values.Text("--api-key-env") is { } variable ? ApiKey.FromEnvironment(variable) : null,
            FirstTokenId = first,
            LastTokenId = last,
            VocabularySize = values.Whole("--vocabulary-size") is { } size ? (int)Int128.Clamp(size, 0, int.MaxValue) : null,
            Salt = values.Whole("--salt") is { } salt ? Salt(salt) : null,
            CacheSalt = values.Choice("--cache-salt", CacheSaltUse.Auto, ("auto", CacheSaltUse.Auto), ("always", CacheSaltUse.Always),
                ("never", CacheSaltUse.Never)),
            RequestTimeoutSeconds = values.Real("--request-timeout"),
        };
    }

    /// <summary>The options as a replay knows them.</summary>
    public static OptionValues ForReplay(OptionValues values)
    {
        return new OptionValues(name => name switch
        {
            "--model" => Given("--only-model"),
            "--report-jsonl" => null,   // here also for synthetic load
            _ => All.Any(option => option.Name == name) ? Given(name) : null,
        });

        string[]? Given(string option) => values.Has(option) ? [.. values.All(option)] : null;
    }

    private static (int First, int Last) TokenIds(string? text)
    {
        if (text is null) return (LiveSettings.DefaultFirstTokenId, LiveSettings.DefaultLastTokenId);
        string[] parts = text.Split('-');
        if (parts.Length == 2 && Numbers.TryWhole(parts[0], out Int128 first) && Numbers.TryWhole(parts[1], out Int128 last)
            && first >= 0 && last <= int.MaxValue - 1 && first < last) return ((int)first, (int)last);
        throw Errors.OptionValueInvalid.Error($"--token-ids needs two ids, the lower one first, as 1000-31999 (is {Quote.Of(text)})");
    }

    private static ulong Salt(Int128 salt) => salt >= 0 && salt <= ulong.MaxValue ? (ulong)salt
        : throw Errors.OptionValueInvalid.Error($"--salt must be from 0 to {ulong.MaxValue} (is {salt})");
}
