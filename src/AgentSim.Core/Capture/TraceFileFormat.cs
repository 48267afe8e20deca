namespace AgentSim.Capture;

/// <summary>Form of captured files (behaviour 07#A3).</summary>
public enum TraceFileFormat
{
    /// <summary>Numbered segments of gzipped JSON lines, <c>PREFIX.000000.jsonl.gz</c>; several processes may share a prefix.</summary>
    JsonlGz,

    /// <summary>One file of JSON lines that is appended to.</summary>
    Jsonl,
}
