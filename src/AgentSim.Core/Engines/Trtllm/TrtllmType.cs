using AgentSim.Engines.Trtllm;
using AgentSim.Engines.Vllm;

namespace AgentSim.Engines;

public abstract partial class EngineType
{
    /// <summary>TensorRT-LLM.</summary>
    public static EngineType Trtllm { get; } = Add(new TrtllmType());
}

/// <summary>
/// TensorRT-LLM (behaviour 03#B): the scheduler of vLLM with an admission rule of its own, under which every
/// request finishes or is rejected.
/// </summary>
internal sealed class TrtllmType() : EngineType("trtllm")
{
    internal override bool HasOffload => true;

    internal override IReadOnlyList<string> IgnoredArguments { get; } = ["preemption_mode"];   // it never preempts

    internal override long DefaultBlockSize(EngineArguments arguments) => 32;

    internal override string? FindUnrunnableBlockSize(EngineConfig config) => BlockManager.FindUnrunnableBlockSize(config);

    internal override SimulatedEngine Create(EngineServices services) =>
        new VllmEngine(services, state => new GuaranteedNoEvict(state));
}
