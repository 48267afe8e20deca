using System.Numerics;

namespace AgentSim.Json;

/// <summary>
/// The shortest decimal that reads back as a given double, and of those the nearest, by Giulietti's Schubfach: of the
/// numbers with the fewest digits, one or two of one more digit and two of the others can lie in the range that rounds to the
/// double, so that four comparisons decide. Limited to magnitudes whose power of five fits 64 bits, where all of it is exact.
/// </summary>
internal static class ShortestDigits
{
    private const int MantissaBits = 52;
    private const int ExponentBias = 1075;       // of the mantissa as an integer
    private const int LargestPower = 27;         // 5^27 < 2^64
    private const int SmallestExponent = -89;    // the powers needed are 10^0 to 10^27
    private const int LargestExponent = 3;

    // 5^n shifted so that the highest bit is set.
    private static readonly ulong[] Powers = MakePowers();

    /// <summary>Digits times a power of ten that make a number; false where it is too large or too small.</summary>
    /// <param name="value">Finite and positive.</param>
    /// <param name="digits">The digits, 17 at most, as an integer; may end with zeros.</param>
    /// <param name="exponent">The power of ten.</param>
    public static bool TryFind(double value, out ulong digits, out int exponent)
    {
        ulong bits = BitConverter.DoubleToUInt64Bits(value);
        ulong fraction = bits & ((1UL << MantissaBits) - 1);
        ulong mantissa = fraction | (1UL << MantissaBits);
        int binary = (int)(bits >> MantissaBits) - ExponentBias;
        digits = 0;
        exponent = 0;
        if (binary is < SmallestExponent or > LargestExponent) return false;

        // Doubles below a power of two lie twice as close.
        bool isUneven = fraction == 0;
        exponent = FloorLog10(binary, isUneven);
        int power = -exponent;
        ulong scale = Powers[power];
        int shift = binary + FloorLog2Of10To(power) + 1;

        // Four times the number and the ends of its range, in units of the last digit: the ends are the number and a power of two.
        var exact = new Product(scale, (4 * mantissa) << shift);
        ulong number = exact.Rounded;
        ulong low = exact.Minus(scale, isUneven ? shift : shift + 1).Rounded;
        ulong high = exact.Plus(scale, shift + 1).Rounded;
        if ((mantissa & 1) != 0)
        {
            // Ties are read as the even neighbour: the ends are not part of the range.
            low++;
            high--;
        }

        ulong below = number >> 2;
        ulong shorter = below / 10;
        bool isShorterIn = low <= 40 * shorter, isNextShorterIn = 40 * (shorter + 1) <= high;
        if (isShorterIn != isNextShorterIn)
        {
            digits = isShorterIn ? shorter : shorter + 1;
            exponent++;
            return true;
        }

        bool isBelowIn = low <= 4 * below, isAboveIn = 4 * (below + 1) <= high;
        if (isBelowIn != isAboveIn)
        {
            digits = isBelowIn ? below : below + 1;
            return true;
        }

        ulong middle = (4 * below) + 2;
        digits = number < middle || (number == middle && (below & 1) == 0) ? below : below + 1;
        return true;
    }

    // Of 2^binary, or of three quarters of it.
    private static int FloorLog10(int binary, bool threeQuarters) => ((binary * 1262611) - (threeQuarters ? 524031 : 0)) >> 22;

    private static int FloorLog2Of10To(int power) => (power * 1741647) >> 19;

    private static ulong[] MakePowers()
    {
        var powers = new ulong[LargestPower + 1];
        ulong power = 1;
        for (int n = 0; n < powers.Length; n++)
        {
            powers[n] = power << BitOperations.LeadingZeroCount(power);
            power *= 5;
        }

        return powers;
    }

    // 128 bits.
    private readonly struct Product
    {
        private readonly ulong _top;
        private readonly ulong _rest;

        public Product(ulong scale, ulong number) => _top = Math.BigMul(scale, number, out _rest);

        private Product(ulong top, ulong rest, bool carry) => (_top, _rest) = (carry ? top + 1 : top, rest);

        /// <summary>Without the last 64 bits; the lowest bit says whether they held anything, so that comparisons are exact.</summary>
        public ulong Rounded => _top | (_rest != 0 ? 1UL : 0UL);

        // The powers are 1 to 5.
        public Product Plus(ulong scale, int power)
        {
            ulong rest = _rest + (scale << power);
            return new Product(_top + (scale >> (64 - power)), rest, carry: rest < _rest);
        }

        public Product Minus(ulong scale, int power)
        {
            ulong less = scale << power;
            return new Product(_top - (scale >> (64 - power)) - (_rest < less ? 1UL : 0UL), _rest - less, carry: false);
        }
    }
}
