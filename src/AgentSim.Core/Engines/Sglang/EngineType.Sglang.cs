using AgentSim.Engines.Sglang;

namespace AgentSim.Engines;

public abstract partial class EngineType
{
    /// <summary>SGLang.</summary>
    public static EngineType Sglang { get; } = Add(new SglangType());
}
