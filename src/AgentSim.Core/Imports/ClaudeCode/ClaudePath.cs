namespace AgentSim.Imports.ClaudeCode;

/// <summary>What lies between a request and the one before it on the chain of messages.</summary>
internal sealed class ClaudePath
{
    private ClaudePath()
    {
    }

    /// <summary>The request before; null at the beginning of a conversation.</summary>
    public SourceRequest? Request { get; private set; }

    /// <summary>Model of the answer before.</summary>
    public string? Model { get; private set; }

    /// <summary>What was said in between, in order.</summary>
    public List<PromptSegment> Added { get; } = [];

    /// <summary>Whether the history was summarised in between, so that only what came after is in the prompt.</summary>
    public bool IsReset { get; private set; }

    /// <summary>Time of the last that was said.</summary>
    public long? LastInputMs { get; private set; }

    /// <summary>Tool calls whose results are among it.</summary>
    public List<ClaudeCall> Results { get; } = [];

    /// <summary>What lies before an answer.</summary>
    public static ClaudePath To(ClaudeResponse response) => Walk(response.First, response);

    /// <summary>What lies before a summary.</summary>
    public static ClaudePath To(ClaudeRow boundary) => Walk(boundary, null);

    private static ClaudePath Walk(ClaudeRow from, ClaudeResponse? own)
    {
        var path = new ClaudePath();
        var rows = new List<ClaudeRow>();
        ClaudeResponse? before = null;
        for (ClaudeRow? row = from.Parent; row is not null; row = row.Parent)
        {
            if (row.Response is { } response && response != own)
            {
                if (response.Request is not null)
                {
                    before = response;
                    break;
                }
            }

            if (!path.IsReset && (row.Added.Count > 0 || row.Response is not null) && row.Response != own) rows.Add(row);
            path.IsReset |= row.IsCompaction;
        }

        // Results of calls made at the same time may hang beside the path.
        if (!path.IsReset && before is not null)
        {
            foreach (ClaudeCall call in before.Calls)
            {
                if (call.Result is not { } result || result.Row.Place.Line >= from.Place.Line || call.Consumer is not null) continue;
                path.Results.Add(call);
                if (!rows.Contains(result.Row)) rows.Add(result.Row);
            }
        }

        rows.Sort((x, y) => x.Place.Line.CompareTo(y.Place.Line));
        var answers = new HashSet<ClaudeResponse>();
        foreach (ClaudeRow row in rows)
        {
            path.Added.AddRange(row.Added);
            // An answer without token counts is no request, but it is in the prompts after it.
            if (row.Response is { } answer && answers.Add(answer)) path.Added.AddRange(answer.Blocks);
            if (row.Added.Count > 0 && row.TimeMs is { } time) path.LastInputMs = Math.Max(path.LastInputMs ?? time, time);
        }

        (path.Request, path.Model) = (before?.Request, before?.Model);
        return path;
    }
}
