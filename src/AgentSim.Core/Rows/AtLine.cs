namespace AgentSim.Rows;

/// <summary>Something read from a file, with its place.</summary>
/// <typeparam name="T">What was read.</typeparam>
/// <param name="Value">The row.</param>
/// <param name="Line">1-based physical line; blank lines count.</param>
/// <param name="Path">The file, where what is read comes from several.</param>
public readonly record struct AtLine<T>(T Value, long Line, string? Path = null);
