using AgentSim.Engines.Vllm;

namespace AgentSim.Engines;

public abstract partial class EngineType
{
    /// <summary>vLLM.</summary>
    public static EngineType Vllm { get; } = Add(new VllmType());
}
