namespace AgentSim.Recording;

/// <summary>What the record of a request has besides where it was sent to a real server. Times are milliseconds of the run.</summary>
internal sealed record LiveFacts
{
    /// <summary>When it began to go out; NaN: it never did.</summary>
    public double Sent { get; init; } = double.NaN;

    /// <summary>How long after its scheduled moment the client began to act on it.</summary>
    public double DispatchDelay { get; init; } = double.NaN;

    /// <summary>Status of the answer; 0: there was none.</summary>
    public int StatusCode { get; init; }

    /// <summary>Prompt tokens that the server says it had cached; -1: it did not say.</summary>
    public int Cached { get; init; } = -1;

    /// <summary>Why the server ended the output, as <c>length</c>.</summary>
    public string? FinishReason { get; init; }

    /// <summary>What went wrong, as <c>connection_reset</c>; null: nothing.</summary>
    public string? Error { get; init; }

    /// <summary>Tokens that each of <see cref="HashIds"/> stands for; 0: what the prompt shares is not recorded.</summary>
    public int TraceBlockSize { get; init; }

    /// <summary>The blocks of the prompt: equal ids at equal places are equal tokens.</summary>
    public Func<IReadOnlyList<ulong>>? HashIds { get; init; }

    /// <summary>Of the first record of a run: what is known of the run and its server, as JSON text.</summary>
    public string? Head { get; init; }
}
