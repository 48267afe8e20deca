namespace AgentSim.Timelines;

/// <summary>Kinds of items, in the order of those that begin together (behaviour 07#B4).</summary>
internal enum ItemKind : byte
{
    InferredTool,
    Request,
    Tool,
    ToolInstant,
}

/// <summary>An event of an item that has no track yet; the arguments are a JSON object.</summary>
internal readonly record struct ItemEvent(EventPhase Phase, string Name, string Category, long Time, long Duration, byte[] Arguments);

/// <summary>A request or a tool call of a recorded trace (behaviour 07#B4).</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Session">Whose it is.</param>
/// <param name="Events">What is shown of it; the first event is the item itself, which the others lie within.</param>
internal sealed record TimelineItem(ItemKind Kind, string Session, IReadOnlyList<ItemEvent> Events)
{
    public long Begin => Events[0].Time;

    public long End => Begin + Events[0].Duration;
}
