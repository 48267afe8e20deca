using AgentSim.Statistics;
using BenchmarkDotNet.Attributes;

namespace AgentSim.Micro;

/// <summary>The bucket of one inter-token gap by look-up and by its formula, and a count into the sketch.</summary>
public class SketchBenchmarks
{
    private readonly PercentileSketch _sketch = new();
    private readonly double[] _gaps = [.. Enumerable.Range(0, 1024).Select(i => 5.7 + (i * 0.001))];
    private int _next;

    [Benchmark]
    public int Bucket() => LogBuckets.KeyOf(_gaps[_next++ & 1023]);

    [Benchmark]
    public int BucketByFormula() => LogBuckets.Formula(_gaps[_next++ & 1023]);

    [Benchmark]
    public void Count() => _sketch.Add(870 + (_next++ & 63), 8);
}
