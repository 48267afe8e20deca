namespace AgentSim.Live;

/// <summary>What the prompts of a live replay are made of.</summary>
public enum PromptMode
{
    /// <summary>Ids of tokens, to <c>/v1/completions</c>: lengths and sharing are exact, without a tokenizer.</summary>
    Tokens,

    /// <summary>Words, to <c>/v1/chat/completions</c>: lengths are calibrated on what the server counts, and the deviation is
    /// reported.</summary>
    Text,
}

/// <summary>Whether requests carry <c>cache_salt</c>.</summary>
public enum CacheSaltUse
{
    /// <summary>Where the server is known to take it.</summary>
    Auto,

    /// <summary>In any case.</summary>
    Always,

    /// <summary>Never; the salt is in the tokens of the prompts alone.</summary>
    Never,
}

/// <summary>Where a live replay sends its workload, and how. When requests start is said by the settings of replays.</summary>
public sealed record LiveSettings
{
    /// <summary>The first id that prompts have unless told otherwise; special tokens lie below it.</summary>
    public const int DefaultFirstTokenId = 1000;

    /// <summary>The last id that prompts have unless told otherwise; it is in every usual vocabulary.</summary>
    public const int DefaultLastTokenId = 31_999;

    /// <summary>The server.</summary>
    public required LiveEndpoint Endpoint { get; init; }

    /// <summary>The model to ask for.</summary>
    public required string Model { get; init; }

    /// <summary>The key that the server asks for; null: none.</summary>
    public ApiKey? Key { get; init; }

    /// <summary>What prompts are made of.</summary>
    public PromptMode PromptMode { get; init; }

    /// <summary>The first id of a token that prompts may have; special tokens lie below it.</summary>
    public int FirstTokenId { get; init; } = DefaultFirstTokenId;

    /// <summary>The last id of a token that prompts may have; 31,999 is in every usual vocabulary.</summary>
    public int LastTokenId { get; init; } = DefaultLastTokenId;

    /// <summary>Size of the vocabulary of the model, which ids have to stay below; null: not checked.</summary>
    public int? VocabularySize { get; init; }

    /// <summary>Makes the prompts other ones than those of other runs; null: drawn anew, so that no old cache has them.</summary>
    public ulong? Salt { get; init; }

    /// <summary>Whether requests carry the salt for the server's cache, too.</summary>
    public CacheSaltUse CacheSalt { get; init; }

    /// <summary>Seconds after which a request is given up; null: never.</summary>
    public double? RequestTimeoutSeconds { get; init; }

    /// <summary>Whether a fit is to keep the run for its test.</summary>
    internal bool IsHeldOut { get; init; }

    /// <summary>Called on the dispatcher before a request is sent; for tests of slow clients.</summary>
    internal Action? BeforeSend { get; init; }

    /// <exception cref="AgentSimException">A value is out of its range.</exception>
    internal void Check()
    {
        if (string.IsNullOrEmpty(Model)) throw Invalid($"{Setting.ModelName} must not be empty");
        if (FirstTokenId < 0 || LastTokenId <= FirstTokenId)
            throw Invalid($"{Setting.TokenIds} must go from one id up to a higher one (are {FirstTokenId} to {LastTokenId})");
        if (LastTokenId >= VocabularySize)
            throw Invalid($"{Setting.TokenIds} must stay below the vocabulary size {VocabularySize} (go up to {LastTokenId})");
        if (RequestTimeoutSeconds is { } seconds && !(double.IsFinite(seconds) && seconds > 0))
            throw Invalid(FormattableString.Invariant($"{Setting.RequestTimeout} must be finite and more than 0 (is {seconds})"));
    }

    private static AgentSimException Invalid(string message) => Errors.LiveSettingsInvalid.Error(message);
}
