using AgentSim.Rows;

namespace AgentSim.Lowering;

/// <summary>Makes the rows of a lowered trace.</summary>
internal interface IRowSource
{
    /// <summary>The rows in output order, each made when the enumeration reaches it; every enumeration gives the same.</summary>
    IEnumerable<MooncakeRow> Rows();

    /// <summary>The same in a form that takes less memory, for one who only writes them.</summary>
    IEnumerable<MooncakeRow> CompactRows() => Rows();
}
