using AgentSim.Engines.Trtllm;

namespace AgentSim.Engines;

public abstract partial class EngineType
{
    /// <summary>TensorRT-LLM.</summary>
    public static EngineType Trtllm { get; } = Add(new TrtllmType());
}
