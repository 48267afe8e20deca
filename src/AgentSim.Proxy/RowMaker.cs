using AgentSim.Capture;
using AgentSim.Traces;
using Microsoft.AspNetCore.Http;

namespace AgentSim.Proxy;

/// <summary>Makes rows of requests that are over.</summary>
/// <param name="options">How prompts are cut and sessions found.</param>
/// <param name="publish">Takes the rows.</param>
/// <param name="tally">Counts.</param>
/// <param name="problems">Told about what a reader should know.</param>
internal sealed class RowMaker(ProxyOptions options, Action<byte[]> publish, ProxyTally tally, ProblemFilter problems)
{
    private const int WithSession = 1;
    private const int WithoutSession = 2;

    private readonly PromptMemory _memory = new(options.TraceBlockSize);
    private int _kinds;   // of requests recorded so far

    /// <summary>Remembers a prompt that the server refused.</summary>
    public void Refused(Prompt prompt, DateTimeOffset received, int status) => _memory.Failed(prompt, received, status);

    /// <summary>Makes the row of a request.</summary>
    public void Add(
        IHeaderDictionary headers, PromptRequest request, Prompt prompt, ResponseFacts facts, DateTimeOffset received, long timestamp)
    {
        SessionIdentity? session = SessionIdentity.From(headers, options.SessionHeader);
        PlacedPrompt placed = _memory.Place(prompt, facts.InputTokens, session?.SessionId, facts.ResponseId, facts.OutputTokens);
        bool isInferred = session is null && options.InferSessions;
        if (isInferred) session = new SessionIdentity(placed.Session, null, null);
        RowPrompt rowPrompt = prompt.Ids is { } ids ? Given(ids, facts.InputTokens) with { Failures = placed.Failures }
            : new RowPrompt(placed.Tokens, placed.Hashes, placed.IsEstimated, placed.Failures);
        var row = new RequestRow
        {
            RequestId = Guid.NewGuid(),
            Session = session,
            ClientRequestId = SessionIdentity.Text(headers, "x-request-id"),
            Model = request.Model,
            Received = received,
            ReceivedTimestamp = timestamp,
            Facts = facts,
            Prompt = rowPrompt,
            BlockSize = options.TraceBlockSize,
            IsInferred = isInferred,
        };
        publish(TraceRecordWriter.ToBytes(row.ToRecord()));
        tally.Marked(rowPrompt.IsEstimated || facts.IsOutputEstimated, placed.Failures is not null, isInferred);
        WatchSessions(session is not null);
    }

    // What servers add to a prompt has limits; a count beyond them is a mistake, and must not cost memory.
    private RowPrompt Given(uint[] ids, long? reported)
    {
        bool isCounted = reported is { } count && count <= (8L * ids.Length) + 16384;
        long length = isCounted ? reported!.Value : ids.Length;
        return new RowPrompt(length, ReplayHashes.Of(ids, length, options.TraceBlockSize), IsEstimated: false, null);
    }

    // Said while it can still be mended: a trace of which some requests have a session is refused.
    private void WatchSessions(bool hasSession)
    {
        int kind = hasSession ? WithSession : WithoutSession;
        int before = Interlocked.Or(ref _kinds, kind);
        if ((before & kind) != 0 || before == 0) return;
        problems.Report(Errors.CaptureSessionsMixed,
            "some requests come with a session (x-dynamo-session-id) and some without; "
            + "such a recording is converted and replayed only with "
            + $"{Setting.DropSessionless}, which leaves out those without: let every client send a session, record them apart, "
            + $"or ask for {Setting.InferSessions}");
    }
}
