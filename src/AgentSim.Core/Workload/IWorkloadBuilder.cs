using AgentSim.Rows;

namespace AgentSim.Workload;

/// <summary>Turns rows in file order into a workload.</summary>
internal interface IWorkloadBuilder
{
    /// <exception cref="AgentSimException">The row breaks a rule.</exception>
    void Add(MooncakeRow row, RowPlace place);

    /// <exception cref="AgentSimException">The rows contradict each other.</exception>
    ReplayWorkload Build(IReadOnlyList<WorkloadInput> inputs);
}
