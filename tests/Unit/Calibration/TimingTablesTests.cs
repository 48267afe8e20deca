using AgentSim.Calibration;
using AgentSim.Engines;

namespace AgentSim.Tests.Calibration;

/// <summary>The arrays of a profile: written as they are read, the same every time, and what the table of cached tokens adds.</summary>
public sealed class TimingTablesTests : IDisposable
{
    private static readonly TimingParameters Parameters = new(6, 0.05, 6e-5, 3, 0.02, 1.5e-6, 20);
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Arrays_come_back_as_they_were_written_and_two_writings_are_the_same_bytes()
    {
        byte[] first = Bytes(Parameters.Sample()), second = Bytes(Parameters.Sample());
        ProfileTables back = ProfileTables.Load(_folder.Write("a.npz", first));
        Assert.Equal(first, second);
        Assert.Equal(first, Bytes(back));
    }

    [Theory]
    [InlineData(40, 700)]
    [InlineData(17, 1_234)]
    [InlineData(3, 99_000)]
    public void A_decode_step_read_from_the_arrays_errs_by_less_than_a_thousandth(int batch, int context)
    {
        var model = new ProfileModel(Parameters.Sample(), 1, 1);
        double read = model.Decode((long)batch * context, 1 << 30, context), meant = Parameters.Decode((double)batch * context, context);
        Assert.InRange(read / meant, 0.999, 1.001);
    }

    [Theory]
    [InlineData(2_000, 0)]
    [InlineData(2_000, 100_000)]
    [InlineData(150, 30_000)]
    public void Prefill_read_from_the_table_knows_the_cached_tokens(int fresh, int cached)
    {
        var model = new ProfileModel(Parameters.Sample(), 1, 1);
        Assert.InRange(model.Prefill(1, fresh + cached, cached) / Parameters.Prefill(fresh, cached), 0.998, 1.002);
    }

    // Attention is each request's own: two of 500 tokens cost less than one of 1000, by just the pairs between them.
    [Fact]
    public void Requests_of_one_pass_attend_to_their_own_prompts_only()
    {
        var model = new ProfileModel(Parameters.Sample(), 1, 1);
        double meant = Parameters.S0 + (Parameters.S1 * 1000) + (2 * Parameters.S2 * 500 * (4_000 + 250));
        Assert.InRange(model.Prefill(2, 2 * 4_500, 2 * 4_000) / meant, 0.998, 1.002);
    }

    [Fact]
    public void Without_the_table_cached_tokens_change_nothing()
    {
        var model = new ProfileModel((Parameters with { S2 = 0 }).Sample(), 1, 1);
        Assert.Equal(model.Prefill(1, 2_000, 0), model.Prefill(1, 102_000, 100_000));
    }

    private static byte[] Bytes(ProfileTables tables)
    {
        using var stream = new MemoryStream();
        tables.Write(stream);
        return stream.ToArray();
    }
}
