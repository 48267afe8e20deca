using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace AgentSim.Imports;

/// <summary>What an import consists of: how much of it is reported, derived or estimated, and what was left out.</summary>
public sealed record ImportSummary
{
    /// <summary>The formats found, each with the versions of the programs that wrote the files, as far as they say.</summary>
    public required IReadOnlyList<ImportedFormat> Formats { get; init; }

    /// <summary>Files read.</summary>
    public required int Files { get; init; }

    /// <summary>Files of folders that are no recordings.</summary>
    public required IReadOnlyList<string> FilesPassedOver { get; init; }

    /// <summary>Files that hold no request, each with the reason.</summary>
    public required IReadOnlyList<string> FilesWithoutRequests { get; init; }

    /// <summary>Sessions with requests, sub-agents not counted; 0 if the source has none.</summary>
    public required int Sessions { get; init; }

    /// <summary>Sessions that another one started.</summary>
    public required int SubAgents { get; init; }

    /// <summary>Requests.</summary>
    public required int Requests { get; init; }

    /// <summary>Tool calls.</summary>
    public required int Tools { get; init; }

    /// <summary>Tokens of a block.</summary>
    public required int TraceBlockSize { get; init; }

    /// <summary>Tokens of all prompts.</summary>
    public required long PromptTokens { get; init; }

    /// <summary>Those that no earlier prompt begins with, as far as is known.</summary>
    public required long NewPromptTokens { get; init; }

    /// <summary>Tokens of all answers.</summary>
    public required long OutputTokens { get; init; }

    /// <summary>Requests by where the identity of their prompt comes from.</summary>
    public required IReadOnlyDictionary<PrefixOrigin, int> Prefixes { get; init; }

    /// <summary>Requests by where their output length comes from.</summary>
    public required IReadOnlyDictionary<OutputOrigin, int> Outputs { get; init; }

    /// <summary>Requests by where their times come from.</summary>
    public required IReadOnlyDictionary<TimeOrigin, int> Times { get; init; }

    /// <summary>Models with their requests, most first.</summary>
    public required IReadOnlyList<ModelCount> Models { get; init; }

    /// <summary>What was left out, repaired or is missing.</summary>
    public required IReadOnlyList<ImportDrop> Dropped { get; init; }

    /// <summary>Start of the first request; null without requests.</summary>
    public required DateTimeOffset? FirstStart { get; init; }

    /// <summary>End of the last request.</summary>
    public required DateTimeOffset? LastEnd { get; init; }

    /// <summary>The most requests under way at the same time.</summary>
    public required int PeakConcurrency { get; init; }

    /// <summary>The longest time in seconds in which a session and its sub-agents have no request under way.</summary>
    public required double LongestPauseSeconds { get; init; }

    /// <summary>Pauses that were cut to the longest idle time asked for.</summary>
    public required long CutPauses { get; init; }

    /// <summary>Waits for tools that were cut to the longest one asked for.</summary>
    public required long CutToolWaits { get; init; }

    /// <summary>What a person should know before using the import.</summary>
    public required IReadOnlyList<RunWarning> Warnings { get; init; }

    /// <summary>Share of the prompt tokens that go on from an earlier prompt, 0 to 1.</summary>
    public double ContinuedShare => PromptTokens == 0 ? 0 : 1 - ((double)NewPromptTokens / PromptTokens);

    /// <summary>The summary as a JSON object.</summary>
    public string ToJson()
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = true,
            Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            ImportSummaryJson.Write(json, this);
        }

        return Encoding.UTF8.GetString(buffer.ToArray());
    }

    /// <summary>The summary as the command line shows it.</summary>
    public override string ToString() => ImportSummaryText.Of(this);
}

/// <summary>A format found by an import.</summary>
/// <param name="Name">Its name, as options have it.</param>
/// <param name="Title">What people call it.</param>
/// <param name="Versions">Versions of the programs that wrote the files.</param>
public sealed record ImportedFormat(string Name, string Title, IReadOnlyList<string> Versions);

/// <summary>A model and its requests.</summary>
/// <param name="Model">The model; null where the source names none.</param>
/// <param name="Requests">Number of requests.</param>
public sealed record ModelCount(string? Model, int Requests);

/// <summary>Something that was left out, repaired or is missing.</summary>
/// <param name="Name">Stable name.</param>
/// <param name="Text">What the terminal says before the count.</param>
/// <param name="Count">How often.</param>
/// <param name="Examples">The first few, each with its file and line.</param>
public sealed record ImportDrop(string Name, string Text, long Count, IReadOnlyList<string> Examples);
