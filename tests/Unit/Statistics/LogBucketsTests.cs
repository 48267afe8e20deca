using AgentSim.Statistics;
using FsCheck.Fluent;

namespace AgentSim.Tests.Statistics;

public class LogBucketsTests
{
    // The definition, written out: ceil(ln(v) * inv) with inv = 1 / ln_gamma.
    private static int Naive(double value) => (int)Math.Ceiling(Math.Log(value) * 499.9998333332889);

    [Fact]
    public void Known_samples_fall_into_the_reference_buckets()
    {
        Assert.Equal(875, LogBuckets.KeyOf(5.749889));
        Assert.Equal(875, LogBuckets.KeyOf(5.749889000000003));
        Assert.Equal(876, LogBuckets.KeyOf(5.756479999999996));
        Assert.Equal(2580, LogBuckets.KeyOf(173.916400820955));
        Assert.Equal(2579, LogBuckets.KeyOf(173.71727166601823));
        Assert.Equal(0, LogBuckets.KeyOf(1.0));
        Assert.Equal(LogBuckets.ZeroKey, LogBuckets.KeyOf(0.0));
        Assert.Equal(LogBuckets.ZeroKey, LogBuckets.KeyOf(double.Epsilon));
    }

    [Fact]
    public void Known_buckets_have_the_reference_representatives()
    {
        Assert.Equal(5.748851426827424, LogBuckets.Representative(875), 1e-15);
        Assert.Equal(5.760360638893143, LogBuckets.Representative(876), 1e-15);
        Assert.Equal(173.99059041324327, LogBuckets.Representative(2580), 1e-13);
        Assert.Equal(0.0, LogBuckets.Representative(LogBuckets.ZeroKey));
    }

    [Fact]
    public void Every_double_around_a_bucket_edge_follows_the_formula()
    {
        for (int key = -12_000; key <= 12_000; key++)
        {
            double edge = Math.Exp(key * 0.0020000006666670666);
            double value = edge;
            for (int i = 0; i < 6; i++) value = Math.BitDecrement(value);
            for (int i = 0; i < 12; i++, value = Math.BitIncrement(value)) Assert.Equal(Naive(value), LogBuckets.KeyOf(value));
            foreach (double away in (double[])[1e-13, 0.9e-12, 1.1e-12, 1e-9, 1e-5])
            {
                Assert.Equal(Naive(edge * (1.0 - away)), LogBuckets.KeyOf(edge * (1.0 - away)));
                Assert.Equal(Naive(edge * (1.0 + away)), LogBuckets.KeyOf(edge * (1.0 + away)));
            }
        }
    }

    [Fact]
    public void Values_around_powers_of_two_and_cell_edges_follow_the_formula()
    {
        for (int exponent = -1021; exponent <= 1023; exponent++)
        {
            for (int cell = 0; cell < 1024; cell += 31)
            {
                double edge = Math.ScaleB(1.0 + cell / 1024.0, exponent);
                if (edge < LogBuckets.SmallestIndexable * 2) continue;
                Assert.Equal(Naive(edge), LogBuckets.KeyOf(edge));
                Assert.Equal(Naive(Math.BitDecrement(edge)), LogBuckets.KeyOf(Math.BitDecrement(edge)));
            }
        }

        Assert.Equal(Naive(double.MaxValue), LogBuckets.KeyOf(double.MaxValue));
        Assert.Equal(Naive(LogBuckets.SmallestIndexable), LogBuckets.KeyOf(LogBuckets.SmallestIndexable));
    }

    [Fact]
    public void Any_positive_double_follows_the_formula() => FsCheck.Check.One(
        FsCheck.Config.QuickThrowOnFailure.WithMaxTest(20_000),
        Prop.ForAll(
            ArbMap.Default.ArbFor<FsCheck.NormalFloat>(),
            sample =>
            {
                double value = Math.Abs(sample.Item);
                return value < LogBuckets.SmallestIndexable ? LogBuckets.KeyOf(value) == LogBuckets.ZeroKey
                    : LogBuckets.KeyOf(value) == Naive(value);
            }));

    [Fact]
    public void A_bucket_given_for_all_near_values_is_that_of_each()
    {
        Random random = new(5);
        int refused = 0;
        for (int i = 0; i < 200_000; i++)
        {
            // Half of them beside an edge.
            double value = Math.Pow(10, (random.NextDouble() * 12) - 6);
            if (random.Next(2) == 0) value = LogBuckets.Representative(LogBuckets.KeyOf(value)) * (1 + (LogBuckets.Width / 2))
                * (1 + ((random.NextDouble() - 0.5) * 1e-6));
            if (!LogBuckets.TryKeyOfAllNear(value, out int key))
            {
                refused++;
                continue;
            }

            Assert.Equal((key, key), (LogBuckets.KeyOf(value * (1 - 1e-7)), LogBuckets.KeyOf(value * (1 + 1e-7))));
        }

        Assert.InRange(refused, 1, 60_000);
    }

    [Theory]
    [InlineData(0.0)]
    [InlineData(double.Epsilon)]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void What_has_no_bucket_of_its_own_is_refused(double value) => Assert.False(LogBuckets.TryKeyOfAllNear(value, out _));
}
