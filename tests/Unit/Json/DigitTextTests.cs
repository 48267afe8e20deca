using System.Globalization;
using System.Text;
using AgentSim.Json;
using FsCheck.Fluent;

namespace AgentSim.Tests.Json;

public class DigitTextTests
{
    [Fact]
    public void Integers_are_written_as_the_runtime_does() => FsCheck.Check.One(
        FsCheck.Config.QuickThrowOnFailure.WithMaxTest(20_000),
        Prop.ForAll(ArbMap.Default.ArbFor<(ulong, byte)>(), pair =>
        {
            ulong any = pair.Item1 * 0x9E3779B97F4A7C15 >> (pair.Item2 % 64), power = (ulong)Math.Pow(10, pair.Item2 % 20);
            return new ulong[] { any, power, power - 1, power + 1, ulong.MaxValue - (pair.Item1 & 3), 0 }.All(value => Text(value)
                == value.ToString(CultureInfo.InvariantCulture));
        }));

    [Fact]
    public void All_integers_of_five_digits_are_right()
    {
        for (uint value = 0; value < 100_000; value++) Assert.Equal(value.ToString(CultureInfo.InvariantCulture), Text(value));
    }

    [Fact]
    public void Sixteen_digits_end_with_their_last_that_is_not_zero() => FsCheck.Check.One(
        FsCheck.Config.QuickThrowOnFailure.WithMaxTest(20_000),
        Prop.ForAll(ArbMap.Default.ArbFor<(ulong, byte)>(), pair =>
        {
            ulong power = (ulong)Math.Pow(10, pair.Item2 % 17);
            ulong value = pair.Item1 * 0x9E3779B97F4A7C15 % 10_000_000_000_000_000 / power * power;
            string wanted = value.ToString("D16", CultureInfo.InvariantCulture);
            Span<byte> target = stackalloc byte[16];
            int length = DigitText.WriteSixteen(value, target);
            return Encoding.ASCII.GetString(target) == wanted && length == wanted.TrimEnd('0').Length;
        }));

    private static string Text(ulong value)
    {
        Span<byte> target = stackalloc byte[DigitText.MaxLength];
        return Encoding.ASCII.GetString(target[..DigitText.Write(value, target)]);
    }
}
