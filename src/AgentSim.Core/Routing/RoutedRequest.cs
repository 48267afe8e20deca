using AgentSim.Prompts;

namespace AgentSim.Routing;

/// <summary>What a router knows of a request when it arrives.</summary>
/// <param name="Id">Dense ordinal, from 0.</param>
/// <param name="PromptTokens">Length of the prompt, at least 1.</param>
/// <param name="Blocks">The complete blocks of the prompt: <paramref name="PromptTokens"/> divided by the block size, rounded down.</param>
/// <param name="Priority">Counts in the queue only; negative counts as 0.</param>
/// <param name="StrictPriority">Higher ones leave the queue first, whatever their other merits.</param>
/// <param name="PolicyClass">Class or family of a policy file; null for its default family.</param>
internal readonly record struct RoutedRequest(int Id, int PromptTokens, PromptBlocks Blocks, int Priority, uint StrictPriority, string? PolicyClass);

/// <summary>A request that left the router's queue, and the target it goes to.</summary>
internal sealed record RouterPlacement(int Request, int Target);
