namespace AgentSim.Proxy;

/// <summary>
/// Estimates the tokens of texts where the tokenizer of the model is not known, by counting words, numbers and signs of about
/// the length of tokens of common models.
/// </summary>
internal static class StandIns
{
    private const int LongestWord = 8;
    private const int LongestNumber = 3;
    private const int LongestOther = 3;
    private const int LongestBlank = 16;

    /// <summary>About how many tokens a text in UTF-8 has.</summary>
    public static int Count(ReadOnlySpan<byte> text)
    {
        int count = 0;
        for (; text.Length > 0; count++) text = text[NextPiece(text)..];
        return count;
    }

    /// <summary>About how many tokens a text has.</summary>
    public static int Count(string text) => text.Length == 0 ? 0 : Count(System.Text.Encoding.UTF8.GetBytes(text));

    /// <summary>Length of the first piece of a text. A word or number takes one space before it along, as in most vocabularies.</summary>
    public static int NextPiece(ReadOnlySpan<byte> text)
    {
        int space = text[0] == ' ' && text.Length > 1 && text[1] != ' ' && Kind(text[1]) != Class.Blank ? 1 : 0;
        Class kind = Kind(text[space]);
        int longest = kind switch
        {
            Class.Letter => LongestWord,
            Class.Digit => LongestNumber,
            Class.Blank => LongestBlank,
            _ => LongestOther,
        };
        int length = 1;
        while (length < longest && space + length < text.Length && Kind(text[space + length]) == kind) length++;
        return space + length;
    }

    private static Class Kind(byte value) => value switch
    {
        (>= (byte)'a' and <= (byte)'z') or (>= (byte)'A' and <= (byte)'Z') => Class.Letter,
        >= (byte)'0' and <= (byte)'9' => Class.Digit,
        <= (byte)' ' => Class.Blank,
        >= 0x80 => Class.Wide,
        _ => Class.Sign,
    };

    private enum Class
    {
        Letter,
        Digit,
        Blank,
        Sign,
        Wide,   // a byte of a character beyond ASCII
    }
}
