using System.Globalization;
using AgentSim.Imports;

namespace AgentSim.Cli;

/// <summary>The options of an import.</summary>
internal static class ImportArguments
{
    /// <summary>Those that say how to import.</summary>
    public static IReadOnlyList<OptionSpec> Options { get; } =
    [
        new("--model", "NAME", "Only requests to this model"),
        new("--since", "TIME", "Only requests that start at this time or later (ISO 8601; UTC unless it says otherwise)"),
        new("--until", "TIME", "Only requests that start before this time"),
        new("--max-idle", "SECONDS", "Cuts stretches in which a session and its sub-agents do nothing"),
        new("--max-tool-wait", "SECONDS", "Cuts stretches in which they only wait for tools (or for a person to permit one)"),
        new("--rebase", "HOW", "Starts of sessions: keep (default), together, or rate=R: R sessions a second, with random gaps"),
        new("--seed", "N", "Seed of the random gaps (default 42)"),
        new("--prefix", "RULE", "By what prompts are equal where no ids are recorded: chain (default), usage (cached counts) or none"),
        new("--trace-block-size", "N", "Tokens of a block (default: that of recorded ids, or else 64)"),
        new("--chars-per-token", "N", "Characters that stand for a token where only text is known (default 4)"),
        new("--no-compaction", "", "Leaves out the requests in which an agent summarised its history, which its log does not hold",
            OptionValue.None),
        new("--preset", "NAME", $"Tables: {string.Join(", ", LogImport.TablePresets)}; the columns decide by default"),
        new("--map", "FIELD=COLUMN...",
            "Tables: the column of a field (start, end, duration, input, output, cached, session, parent, id, model, first_token, " +
                "ttft, hash_ids, status);"
            + " COLUMN:s, :ms, :us or :ns for times that are plain numbers; may be repeated", OptionValue.Many),
        new("--anonymize", "", "Replaces ids of sessions, requests and tool calls by keyed hashes", OptionValue.None),
        new("--salt", "TEXT", "Key of all hashes; keep it secret, or leave it out so that separate imports fit each other"),
        new("--strict", "", "Ends at the first fault of a file instead of passing it over and counting it", OptionValue.None),
    ];

    /// <summary>Those that a replay of recordings takes, too.</summary>
    public static IReadOnlyList<OptionSpec> Replayed { get; } =
        [.. Options.Where(option => option.Name is "--max-idle" or "--max-tool-wait" or "--rebase" or "--preset" or "--map")
            .Select(option => option with { Help = "Recordings: " + Lower(option.Help) })];

    /// <summary>Reads those that a replay takes.</summary>
    /// <exception cref="AgentSimException">A value is invalid.</exception>
    public static ImportOptions ForReplay(OptionValues values)
    {
        (SessionStart start, double rate) = Start(values.Text("--rebase"));
        return new ImportOptions
        {
            MaxIdleSeconds = values.Real("--max-idle"),
            MaxToolWaitSeconds = values.Real("--max-tool-wait"),
            Start = start,
            StartRate = rate,
            Preset = values.Text("--preset"),
            Columns = Columns(values.All("--map")),
        };
    }

    /// <summary>Reads them.</summary>
    /// <exception cref="AgentSimException">A value is invalid.</exception>
    public static ImportOptions Read(OptionValues values)
    {
        (SessionStart start, double rate) = Start(values.Text("--rebase"));
        return new ImportOptions
        {
            Model = values.Text("--model"),
            Since = Time(values, "--since"),
            Until = Time(values, "--until"),
            MaxIdleSeconds = values.Real("--max-idle"),
            MaxToolWaitSeconds = values.Real("--max-tool-wait"),
            Start = start,
            StartRate = rate,
            Seed = values.Whole("--seed") is { } seed ? Seed(seed) : 42,
            Prefix = values.Choice("--prefix", PrefixRule.Chain, ("chain", PrefixRule.Chain), ("usage", PrefixRule.Usage),
                ("none", PrefixRule.None)),
            TraceBlockSize = values.Whole("--trace-block-size") is { } size ? (int)Int128.Clamp(size, -1, int.MaxValue) : null,
            CharactersPerToken = values.Real("--chars-per-token") ?? 4,
            IncludesCompaction = !values.Has("--no-compaction"),
            Preset = values.Text("--preset"),
            Columns = Columns(values.All("--map")),
            IsAnonymous = values.Has("--anonymize"),
            Salt = values.Text("--salt"),
            IsStrict = values.Has("--strict"),
        };
    }

    private static string Lower(string help) => char.ToLowerInvariant(help[0]) + help[1..];

    private static (SessionStart Start, double Rate) Start(string? text)
    {
        if (text is null or "keep") return (SessionStart.Keep, 0);
        if (text == "together") return (SessionStart.Together, 0);
        if (text.StartsWith("rate=", StringComparison.Ordinal) && Numbers.TryReal(text["rate=".Length..], out double rate))
            return (SessionStart.Rate, rate);
        throw Errors.OptionValueInvalid.Error(
            $"--rebase must be keep, together or rate=R with a number of sessions per second (is {Quote.Of(text)})");
    }

    private static ulong Seed(Int128 seed) => seed >= 0 && seed <= ulong.MaxValue
        ? (ulong)seed
        : throw Errors.OptionValueInvalid.Error($"--seed must be from 0 to {ulong.MaxValue} (is {seed})");

    private static DateTimeOffset? Time(OptionValues values, string name)
    {
        if (values.Text(name) is not { } text) return null;
        // With the year first, since 01/02 is January to some and February to others.
        return text.Length >= 10 && text[4] == '-' && text[7] == '-'
            && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset time)
            ? time
            : throw Errors.OptionValueInvalid.Error($"{name} needs a time like 2026-11-30 or 2026-11-30T09:00:00Z (is {Quote.Of(text)})");
    }

    private static Dictionary<string, string> Columns(IReadOnlyList<string> pairs)
    {
        var columns = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (string pair in pairs)
        {
            int equals = pair.IndexOf('=', StringComparison.Ordinal);
            if (equals <= 0 || equals == pair.Length - 1)
                throw Errors.OptionValueInvalid.Error($"--map needs FIELD=COLUMN (is {Quote.Of(pair)})");
            if (!columns.TryAdd(pair[..equals], pair[(equals + 1)..]))
                throw Errors.OptionValueInvalid.Error($"--map gives {pair[..equals]} two columns");
        }

        return columns;
    }
}
