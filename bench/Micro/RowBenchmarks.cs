using AgentSim.Rows;
using BenchmarkDotNet.Attributes;

namespace AgentSim.Micro;

/// <summary>JSON of 1,000 rows with 160 hash ids each, read from a file and written to nowhere.</summary>
public class RowBenchmarks
{
    private const int Count = 1000;

    private readonly List<MooncakeRow> _rows = Load.Rows(Count, 100);
    private readonly string _path = Path.GetTempFileName();

    [GlobalSetup]
    public void WriteFile()
    {
        using FileStream file = File.Create(_path);
        WriteTo(file);
    }

    [Benchmark(OperationsPerInvoke = Count)]
    public int Read() => MooncakeRowReader.Read(_path, TraceFormat.Mooncake, Load.BlockSize).Count();

    [Benchmark(OperationsPerInvoke = Count)]
    public void Write() => WriteTo(Stream.Null);

    [GlobalCleanup]
    public void DeleteFile() => File.Delete(_path);

    private void WriteTo(Stream stream)
    {
        MooncakeRowWriter writer = new(stream);
        foreach (MooncakeRow row in _rows) writer.Write(row);
        writer.Flush();
    }
}
