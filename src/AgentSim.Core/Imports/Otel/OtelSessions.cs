namespace AgentSim.Imports.Otel;

/// <summary>
/// Which session a span belongs to: the conversation that it, or the nearest span around it, names; else the nearest agent around
/// it; else its trace. An agent within another one is a sub-agent of that one's session.
/// </summary>
internal sealed class OtelSessions(OtelFormat format, ImportSink sink)
{
    private readonly Dictionary<OtelSpan, SourceSession> _agents = [];

    /// <summary>The session of a span.</summary>
    public SourceSession Of(OtelSpan span)
    {
        for (OtelSpan? around = span; around is not null; around = around.Parent)
        {
            if (around.SessionId is { } named) return sink.Session(format, named);
            if (around.Kind == OtelKind.Agent) return OfAgent(around);
        }

        return sink.Session(format, span.TraceId.Length > 0 ? span.TraceId : span.SpanId);
    }

    /// <summary>The session of an agent that runs within a tool call, if there is one that is not the tool's own session.</summary>
    public SourceSession? ChildOf(OtelSpan agent, SourceSession parent) =>
        agent.Kind == OtelKind.Agent && Of(agent) is var own && own != parent && own.Parent == parent ? own : null;

    private SourceSession OfAgent(OtelSpan agent)
    {
        if (_agents.TryGetValue(agent, out SourceSession? known)) return known;
        // The outermost agent of a conversation is that conversation.
        OtelSpan? outer = agent.Parent;
        while (outer is not null && outer.Kind != OtelKind.Agent && outer.SessionId is null) outer = outer.Parent;
        SourceSession session;
        if (outer is null)
        {
            session = sink.Session(format, agent.Key);
        }
        else if (outer.Kind != OtelKind.Agent)
        {
            session = sink.Session(format, outer.SessionId!);
        }
        else
        {
            SourceSession parent = Of(outer);
            session = sink.Session(format, $"{parent.Name}/{agent.SpanId}");
            session.Parent = parent;
        }

        _agents.Add(agent, session);
        return session;
    }
}
