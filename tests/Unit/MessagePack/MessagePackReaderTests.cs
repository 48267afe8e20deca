using AgentSim.MessagePack;
using FsCheck;
using FsCheck.Fluent;

namespace AgentSim.Tests.MessagePack;

public sealed class MessagePackReaderTests
{
    private delegate T Reading<T>(ref MessagePackReader reader);

    private static T Read<T>(byte[] bytes, Reading<T> reading)
    {
        var reader = new MessagePackReader(bytes);
        T value = reading(ref reader);
        Assert.Equal(bytes.Length, reader.Position);
        return value;
    }

    private static ulong Whole(params byte[] bytes) => Read(bytes, (ref MessagePackReader r) => r.ReadUInt64());

    private static double Real(params byte[] bytes) => Read(bytes, (ref MessagePackReader r) => r.ReadDouble());

    private static string Text(params byte[] bytes) => Read(bytes, (ref MessagePackReader r) => r.ReadText());

    private static long Map(params byte[] bytes) => Read(bytes, (ref MessagePackReader r) => r.ReadMap());

    private static bool Skips(params byte[] bytes) => Read(bytes, (ref MessagePackReader r) =>
    {
        r.Skip();
        return true;
    });

    private static string Refusal(Action action) => Assert.Throws<FormatException>(action).Message;

    [Fact]
    public void Whole_numbers_of_every_width()
    {
        Assert.Equal(0x7fUL, Whole(0x7f));
        Assert.Equal(0xffUL, Whole(0xcc, 0xff));
        Assert.Equal(0xfffeUL, Whole(0xcd, 0xff, 0xfe));
        Assert.Equal(0xfffefdfcUL, Whole(0xce, 0xff, 0xfe, 0xfd, 0xfc));
        Assert.Equal(ulong.MaxValue, Whole(0xcf, 255, 255, 255, 255, 255, 255, 255, 255));
        Assert.Equal(5UL, Whole(0xd0, 5));
        Assert.Equal(0x102UL, Whole(0xd1, 1, 2));
        Assert.Equal(0x1020304UL, Whole(0xd2, 1, 2, 3, 4));
        Assert.Equal(1UL, Whole(0xd3, 0, 0, 0, 0, 0, 0, 0, 1));
    }

    [Fact]
    public void Negative_and_other_values_are_no_whole_numbers()
    {
        Assert.Contains("negative (-1)", Refusal(() => Whole(0xff)));
        Assert.Contains("negative (-128)", Refusal(() => Whole(0xd0, 0x80)));
        Assert.Contains("negative", Refusal(() => Whole(0xd3, 0x80, 0, 0, 0, 0, 0, 0, 0)));
        Assert.Contains("whole number", Refusal(() => Whole(0xcb, 0x40, 0x14, 0, 0, 0, 0, 0, 0)));
        Assert.Contains("whole number", Refusal(() => Whole(0xa1, (byte)'5')));
        Assert.Contains("whole number", Refusal(() => Whole(0xc0)));
    }

    [Fact]
    public void Real_numbers_and_whole_ones_in_their_place()
    {
        Assert.Equal(5.0, Real(0xcb, 0x40, 0x14, 0, 0, 0, 0, 0, 0));
        Assert.Equal(1.5, Real(0xca, 0x3f, 0xc0, 0, 0));
        Assert.Equal(-32.0, Real(0xe0));
        Assert.Equal(18446744073709551615.0, Real(0xcf, 255, 255, 255, 255, 255, 255, 255, 255));
        Assert.True(double.IsNaN(Real(0xcb, 0x7f, 0xf8, 0, 0, 0, 0, 0, 0)));
        Assert.Contains("number", Refusal(() => Real(0xc3)));
    }

    [Fact]
    public void Texts_of_every_width()
    {
        Assert.Equal("", Text(0xa0));
        Assert.Equal("é", Text(0xa2, 0xc3, 0xa9));
        Assert.Equal("ab", Text(0xd9, 2, 97, 98));
        Assert.Equal("ab", Text(0xda, 0, 2, 97, 98));
        Assert.Equal("ab", Text(0xdb, 0, 0, 0, 2, 97, 98));
        Assert.Contains("UTF-8", Refusal(() => Text(0xa1, 0xff)));
        Assert.Contains("text", Refusal(() => Text(0xc4, 1, 97)));
        Assert.Contains("cut short", Refusal(() => Text(0xdb, 0xff, 0xff, 0xff, 0xff, 97)));
    }

    [Fact]
    public void Maps_of_every_width()
    {
        Assert.Equal(15, Map(0x8f));
        Assert.Equal(258, Map(0xde, 1, 2));
        Assert.Equal(uint.MaxValue, Map(0xdf, 255, 255, 255, 255));
        Assert.Contains("a map", Refusal(() => Map(0x90)));
    }

    [Fact]
    public void Values_of_every_type_are_passed_over_whole()
    {
        byte[][] values =
        [
            [0xc0], [0xc2], [0xc3], [0x05], [0xe5], [0xcc, 1], [0xcd, 1, 2], [0xce, 1, 2, 3, 4], [0xcf, 1, 2, 3, 4, 5, 6, 7, 8],
            [0xd0, 1], [0xd1, 1, 2], [0xd2, 1, 2, 3, 4], [0xd3, 1, 2, 3, 4, 5, 6, 7, 8], [0xca, 1, 2, 3, 4], [0xcb, 1, 2, 3, 4, 5, 6, 7, 8],
            [0xa2, 1, 2], [0xd9, 2, 1, 2], [0xda, 0, 2, 1, 2], [0xdb, 0, 0, 0, 2, 1, 2], [0xc4, 1, 9], [0xc5, 0, 1, 9],
                [0xc6, 0, 0, 0, 1, 9],
            [0xd4, 7, 1], [0xd5, 7, 1, 2], [0xd6, 7, 1, 2, 3, 4], [0xd7, 7, 1, 2, 3, 4, 5, 6, 7, 8], [0xd8, 7, .. new byte[16]],
            [0xc7, 1, 7, 9], [0xc8, 0, 1, 7, 9], [0xc9, 0, 0, 0, 1, 7, 9],
            [0x92, 0x93, 1, 2, 3, 0x81, 0xa1, 97, 0x90], [0xdc, 0, 2, 1, 2], [0xdd, 0, 0, 0, 1, 0xc0], [0xde, 0, 1, 1, 2],
                [0xdf, 0, 0, 0, 1, 1, 2], [0x80],
        ];
        foreach (byte[] value in values)
        {
            Assert.True(Skips(value));
            for (int length = 0; length < value.Length; length++) Assert.Contains("cut short", Refusal(() => Skips(value[..length])));
        }
    }

    [Fact]
    public void What_is_passed_over_has_a_greatest_depth()
    {
        byte[] Nested(int depth) => [.. Enumerable.Repeat((byte)0x91, depth), 1];
        Assert.True(Skips(Nested(MessagePackReader.MaxDepth - 1)));
        Assert.Contains("deep", Refusal(() => Skips(Nested(MessagePackReader.MaxDepth))));
        Assert.Contains("deep", Refusal(() => Skips(Nested(1_000_000))));
        Assert.Contains("0xc1", Refusal(() => Skips(0xc1)));
    }

    [Fact]
    public void Any_bytes_are_read_or_refused()
    {
        // Biased towards headers, so that containers and lengths are common.
        Gen<byte> bytes = Gen.Frequency(
            (3, Gen.Choose(0, 255).Select(i => (byte)i)), (2, Gen.Choose(0x80, 0xdf).Select(i => (byte)i)),
                (2, Gen.Choose(0, 3).Select(i => (byte)i)));
        Prop.ForAll(Arb.From(bytes.ArrayOf()), data =>
        {
            foreach (Action<byte[]> read in (Action<byte[]>[])[b => _ = Whole(b), b => _ = Real(b), b => _ = Text(b), b => _ = Map(b),
                b => _ = Skips(b)])
            {
                try
                {
                    read(data);
                }
                catch (Exception error) when (error is FormatException or Xunit.Sdk.EqualException)
                {
                    // Refused, or bytes left over.
                }
            }
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(5000));
    }
}
