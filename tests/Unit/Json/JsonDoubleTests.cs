using System.Globalization;
using System.Text;
using AgentSim.Json;
using FsCheck.Fluent;

namespace AgentSim.Tests.Json;

public class JsonDoubleTests
{
    [Theory]
    [InlineData(0.0, "0.0")]
    [InlineData(-0.0, "-0.0")]
    [InlineData(1.0, "1.0")]
    [InlineData(-803.0, "-803.0")]
    [InlineData(0.5, "0.5")]
    [InlineData(123.456, "123.456")]
    [InlineData(0.30000000000000004, "0.30000000000000004")]
    [InlineData(0.00001, "0.00001")]
    [InlineData(0.000015, "0.000015")]
    [InlineData(-0.001, "-0.001")]
    [InlineData(1e-6, "1e-6")]
    [InlineData(9.999999999999999e-6, "9.999999999999999e-6")]
    [InlineData(1.25e-7, "1.25e-7")]
    [InlineData(5e-324, "5e-324")]
    [InlineData(2147483648.0, "2147483648.0")]
    [InlineData(1e15, "1000000000000000.0")]
    [InlineData(9007199254740993.0, "9007199254740992.0")]
    [InlineData(9999999999999998.0, "9999999999999998.0")]
    [InlineData(1e16, "1e+16")]
    [InlineData(-1e16, "-1e+16")]
    [InlineData(1.2345678901234568e16, "1.2345678901234568e+16")]
    [InlineData(9.223372036854775807e18, "9.223372036854776e+18")]
    [InlineData(1e21, "1e+21")]
    [InlineData(1e300, "1e+300")]
    [InlineData(double.MaxValue, "1.7976931348623157e+308")]
    public void Numbers_have_one_form(double value, string text) => Assert.Equal(text, Format(value));

    [Fact]
    public void Every_finite_double_reads_back_bit_for_bit() => FsCheck.Check.One(
        FsCheck.Config.QuickThrowOnFailure.WithMaxTest(20_000),
        Prop.ForAll(ArbMap.Default.ArbFor<long>(), bits =>
        {
            double value = BitConverter.Int64BitsToDouble(bits * 0x2545F4914F6CDD1D);   // small numbers become all kinds of bits
            if (!double.IsFinite(value)) return true;
            string text = Format(value);
            return text.Length <= JsonDouble.MaxLength && double.Parse(text, CultureInfo.InvariantCulture).Equals(value)
                && text.AsSpan().IndexOfAny('.', 'e') > 0;
        }));

    [Fact]
    public void Digits_are_those_of_the_runtime() => FsCheck.Check.One(
        FsCheck.Config.QuickThrowOnFailure.WithMaxTest(20_000),
        Prop.ForAll(ArbMap.Default.ArbFor<long>(), bits =>
        {
            // Magnitudes from 2^-140 to 2^60, among them powers of two and numbers of few digits.
            long mixed = bits * 0x2545F4914F6CDD1D;
            double any = BitConverter.Int64BitsToDouble((((mixed >>> 52) % 200 + 883) << 52) | (mixed & 0xFFFFFFFFFFFFF));
            double power = BitConverter.Int64BitsToDouble(BitConverter.DoubleToInt64Bits(any) & (0xFFFL << 52));
            double[] values = [any, power, Math.BitDecrement(power), Math.BitIncrement(power), bits / 1000.0, bits * 0.1 + 0.2];
            return values.All(value => Digits(Format(value)) == Digits(value.ToString("R", CultureInfo.InvariantCulture)));
        }));

    // What the runtime writes with as many digits as are needed, positional: by another way than the one tested.
    [Fact]
    public void Times_have_the_text_of_the_runtime() => FsCheck.Check.One(
        FsCheck.Config.QuickThrowOnFailure.WithMaxTest(20_000),
        Prop.ForAll(ArbMap.Default.ArbFor<(long, byte)>(), pair =>
        {
            ulong mixed = (ulong)pair.Item1 * 0x2545F4914F6CDD1D;
            double whole = mixed % (1UL << (1 + (pair.Item2 % 53)));
            double[] values =
            [
                whole / 1e6, whole / 1e3, whole, whole + 0.5, whole * 0.1, Math.BitIncrement(whole), Math.BitDecrement(whole),
                Math.BitIncrement(Math.Pow(10, pair.Item2 % 16)), Math.BitDecrement(Math.Pow(10, pair.Item2 % 16)),
            ];
            return values.Where(value => value is >= 1e-4 and < 1e15).All(value =>
                Format(value) == (decimal.Parse(value.ToString("R", CultureInfo.InvariantCulture),
                    NumberStyles.Float, CultureInfo.InvariantCulture)).ToString("0.0###########################",
                    CultureInfo.InvariantCulture));
        }));

    private static string Digits(string number) =>
        number.Split('e', 'E')[0].Replace(".", "", StringComparison.Ordinal).Trim('-').Trim('0');

    private static string Format(double value)
    {
        Span<byte> text = stackalloc byte[JsonDouble.MaxLength];
        return Encoding.ASCII.GetString(text[..JsonDouble.Format(value, text)]);
    }
}
