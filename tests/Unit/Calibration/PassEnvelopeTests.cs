using AgentSim.Engines;
using AgentSim.Simulation;
using AgentSim.Workload;

namespace AgentSim.Tests.Calibration;

/// <summary>How much of a run is unlike what a profile was fitted to.</summary>
public class PassEnvelopeTests
{
    private static readonly ValueRange Any = new(0, double.MaxValue);

    [Fact]
    public void Of_a_stretch_only_the_steps_beyond_count()
    {
        var counter = new EnvelopeCounter(new PassEnvelope(Any, Any, new ValueRange(100, 149), Any, Any));
        counter.Decode(batch: 4, activeTokens: 400, context: 100, steps: 100, ms: 1000);
        Assert.Equal(0.5, counter.OutsideShare, 6);
    }

    [Fact]
    public void A_batch_beyond_counts_whole_and_prefill_by_its_cached_tokens()
    {
        var counter = new EnvelopeCounter(new PassEnvelope(new ValueRange(1, 8), Any, Any, Any, new ValueRange(0, 1000)));
        counter.Decode(batch: 9, activeTokens: 900, context: 100, steps: 2, ms: 30);
        counter.Prefill(requests: 2, newTokens: 10, cachedTokens: 2000, ms: 60);
        counter.Prefill(requests: 1, newTokens: 10, cachedTokens: 2000, ms: 10);
        Assert.Equal(0.4, counter.OutsideShare, 6);
    }

    [Theory]
    [InlineData("vllm")]
    [InlineData("sglang")]
    public void The_observer_is_told_the_same_time_by_stretches_and_pass_by_pass(string engine)
    {
        ReplayWorkload load = SyntheticLoad.Create(new SyntheticOptions { InputTokens = 300, OutputTokens = 80, RequestCount = 60,
            RequestRate = 20 }, 64);
        var settings = new ReplaySettings { Engine = new EngineArguments { EngineType = EngineType.Parse(engine) }.Resolve("test") };
        var single = new Total();
        var stretched = new Total();
        Replay.Run(load, settings with { Observer = single, StepByStep = true });
        Replay.Run(load, settings with { Observer = stretched });
        Assert.True(single.Steps > 100);
        Assert.Equal(single.Steps, stretched.Steps);
        Assert.Equal(single.Ms, stretched.Ms, 3);
        Assert.Equal(single.Prefills, stretched.Prefills);
    }

    [Fact]
    public void The_range_leaves_out_a_thousandth_of_the_time_at_either_end()
    {
        var recorder = new EnvelopeRecorder();
        recorder.Decode(1, 100, 100, 1, 0.5);
        for (int i = 0; i < 999; i++) recorder.Decode(10, 1000, 500, 1, 1);
        recorder.Decode(90, 9000, 100, 1, 0.5);
        Assert.Equal(new ValueRange(10, 10), recorder.Envelope.Batch);
    }

    private sealed class Total : PassObserver
    {
        public long Steps { get; private set; }

        public int Prefills { get; private set; }

        public double Ms { get; private set; }

        public override void Prefill(long requests, long newTokens, long cachedTokens, double ms)
        {
            Prefills++;
            Ms += ms;
        }

        public override void Decode(int batch, long activeTokens, long context, int steps, double ms)
        {
            Steps += steps;
            Ms += ms;
        }
    }
}
