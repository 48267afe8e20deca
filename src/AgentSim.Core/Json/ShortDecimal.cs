namespace AgentSim.Json;

/// <summary>Numbers of few digits, such as <c>214.5</c>, without the general way from decimals to doubles.</summary>
internal static class ShortDecimal
{
    private const int ExactDigits = 15;   // as many a double holds, whatever they are

    private static ReadOnlySpan<double> PowersOfTen => [1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15];

    /// <summary>The value of a number.</summary>
    /// <param name="number">A valid JSON number.</param>
    /// <param name="value">Receives it.</param>
    /// <returns>False if it has a sign, an exponent or too many digits.</returns>
    public static bool TryParse(ReadOnlySpan<byte> number, out double value)
    {
        value = 0;
        if (number.Length > ExactDigits + 1) return false;
        ulong digits = 0;
        int point = number.Length - 1;   // none: behind the number
        for (int i = 0; i < number.Length; i++)
        {
            uint digit = (uint)(number[i] - '0');
            if (digit <= 9) digits = (digits * 10) + digit;
            else if (number[i] == '.') point = i;
            else return false;
        }

        int fraction = number.Length - 1 - point;
        if (number.Length - (fraction > 0 ? 1 : 0) > ExactDigits) return false;
        // Both are exact, so that the quotient is the double nearest to the number.
        value = digits / PowersOfTen[fraction];
        return true;
    }
}
