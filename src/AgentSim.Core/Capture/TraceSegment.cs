namespace AgentSim.Capture;

/// <summary>A captured file.</summary>
/// <param name="Path">The file.</param>
/// <param name="Rows">Records that can be read from it.</param>
/// <param name="Bytes">Its size on disk.</param>
public sealed record TraceSegment(string Path, long Rows, long Bytes)
{
    /// <summary>The path, so that segments can be piped to what reads files.</summary>
    public override string ToString() => Path;
}
