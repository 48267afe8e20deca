namespace AgentSim.Collections;

/// <summary>Orders strings as their UTF-8 bytes, that is by code point (behaviour 01#3.1).</summary>
internal static class Utf8Order
{
    public static int Compare(ReadOnlySpan<char> left, ReadOnlySpan<char> right)
    {
        int same = left.CommonPrefixLength(right);
        if (same == left.Length || same == right.Length) return left.Length.CompareTo(right.Length);
        return Rank(left[same]).CompareTo(Rank(right[same]));
    }

    // In UTF-16 the surrogates lie below U+E000, but the code points they encode above U+FFFF.
    private static int Rank(char unit) => char.IsSurrogate(unit) ? unit + 0x10000 : unit;
}
