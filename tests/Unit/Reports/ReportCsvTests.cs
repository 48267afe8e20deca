using System.Text;
using AgentSim.Metrics;
using AgentSim.Reports;

namespace AgentSim.Tests.Reports;

public class ReportCsvTests
{
    [Theory]
    [InlineData("plain", "plain")]
    [InlineData("", "")]
    [InlineData("=1+1", "'=1+1")]
    [InlineData("+x", "'+x")]
    [InlineData("-x", "'-x")]
    [InlineData("@SUM(A1)", "'@SUM(A1)")]
    [InlineData("\tx", "\"'\tx\"")]
    [InlineData("\rx", "\"'\rx\"")]
    [InlineData("＝1", "'＝1")]
    [InlineData("a,\"b\"\n=c", "\"a,\"\"b\"\"\n=c\"")]
    [InlineData("a=b", "a=b")]
    public void Text_is_no_formula_and_one_cell(string text, string cell) => Assert.Equal(cell, CsvText.Cell(text));

    [Fact]
    public void Labels_are_the_first_column()
    {
        Metric[] report = [new("b_ms", -0.5, false), new("a", 2, true)];
        var stream = new MemoryStream();
        ReportCsvWriter.Write(stream, [report, [report[1]]], ["=x", "y"]);
        Assert.Equal("name,a,b_ms\n'=x,2,-0.5\ny,2,\n", Encoding.UTF8.GetString(stream.ToArray()));
    }
}
