using AgentSim.Measurements;

namespace AgentSim.Tests.Measurements;

/// <summary>Tables that hold too little to read between their points are refused, and say which.</summary>
public sealed class OperatorTablesTests : IDisposable
{
    private const string Dense = "layer,tokens,time_us\nmlp,1,12\nmlp,64,60\n";
    private const string PerSequence = "layer,sequences,time_us\nlm_head,1,20\nlm_head,16,40\n";
    private const string Attention = "chunk,before,sequences,context,time_us\n16,0,0,0,5\n64,0,0,0,9\n16,64,0,0,6\n64,64,0,0,11\n"
        + "0,0,1,16,4\n0,0,8,16,6\n0,0,1,64,5\n0,0,8,64,8\n";

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Whole_tables_are_read() =>
        Assert.Equal((2 * 0.060) + (2 * 0.009) + 0.020, Read(Dense, PerSequence, Attention).PrefillPass(64, 0), 9);

    [Theory]
    [InlineData("layer,tokens,time_us\nmlp,1,12\n", PerSequence, Attention, "dense.csv: the rows of 'mlp'")]
    [InlineData("layer,tokens,time_us\nmlp,64,12\nmlp,1,12\n", PerSequence, Attention, "dense.csv: the rows of 'mlp'")]
    [InlineData("layer,tokens,time_us\nmlp,1,12\nmlp,x,60\n", PerSequence, Attention, "dense.csv:3: column 2 is no number")]
    [InlineData(Dense, "lm_head,1,20\nlm_head,16,40\n", Attention, "per_sequence.csv:1: the table has no line with the names")]
    [InlineData(Dense, PerSequence, "0,0,0,0,5\n0,0,0,0,5\n", "attention.csv:1: the table has no line with the names")]
    [InlineData(Dense, PerSequence, "a,a,a,a,a\n16,0,0,0,5\n64,0,0,0,9\n",
        "attention.csv: attention is needed of two or more prefill chunks")]
    public void Tables_with_too_little_are_refused(string dense, string perSequence, string attention, string message) => Assert.Contains(
        message, Assert.Throws<AgentSimException>(() => Read(dense, perSequence, attention)).Message, StringComparison.Ordinal);

    private OperatorTables Read(string dense, string perSequence, string attention)
    {
        _folder.Write("dense.csv", dense);
        _folder.Write("per_sequence.csv", perSequence);
        return OperatorTables.Read(Path.GetDirectoryName(_folder.Write("attention.csv", attention))!, 2);
    }
}
