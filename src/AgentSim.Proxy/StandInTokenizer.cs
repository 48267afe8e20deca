using System.Buffers;
using System.IO.Hashing;
using System.Text;

namespace AgentSim.Proxy;

/// <summary>
/// Cuts prompts into pieces about as long as the tokens of common models, where the tokenizer of the model is not known.
/// A piece is identified by a hash of its text, so that equal text has equal tokens, in every process and version. Text
/// behind a point never changes the pieces before it: prompts with a common beginning share its pieces, except for one that is cut there.
/// </summary>
internal sealed class StandInTokenizer
{
    private const int LongestWord = 8;
    private const int LongestNumber = 3;
    private const int LongestOther = 3;
    private const int LongestBlank = 16;

    private readonly ArrayBufferWriter<uint> _tokens = new(256);

    /// <summary>Number of the tokens so far.</summary>
    public int Count => _tokens.WrittenCount;

    /// <summary>The tokens so far.</summary>
    public uint[] ToArray() => _tokens.WrittenSpan.ToArray();

    /// <summary>Adds a token of the prompt's structure, which no text makes.</summary>
    /// <param name="name">What it stands for.</param>
    public void AddMark(string name) => Add([0, .. Encoding.UTF8.GetBytes(name)]);

    /// <summary>Adds the tokens of a text.</summary>
    public void AddText(string text)
    {
        byte[] rented = ArrayPool<byte>.Shared.Rent(Encoding.UTF8.GetMaxByteCount(text.Length));
        try
        {
            AddText(rented.AsSpan(0, Encoding.UTF8.GetBytes(text, rented)));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
    }

    /// <summary>Adds the tokens of a text in UTF-8.</summary>
    public void AddText(ReadOnlySpan<byte> text)
    {
        while (text.Length > 0)
        {
            int length = NextPiece(text);
            Add(text[..length]);
            text = text[length..];
        }
    }

    // A word or number takes one space before it along, as in most vocabularies.
    private static int NextPiece(ReadOnlySpan<byte> text)
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

    private void Add(ReadOnlySpan<byte> piece)
    {
        _tokens.GetSpan(1)[0] = (uint)XxHash3.HashToUInt64(piece);
        _tokens.Advance(1);
    }

    private enum Class
    {
        Letter,
        Digit,
        Blank,
        Sign,
        Wide,   // a byte of a character beyond ASCII
    }
}
