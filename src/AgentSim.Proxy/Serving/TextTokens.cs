using System.Buffers;
using System.IO.Hashing;
using System.Text;

namespace AgentSim.Proxy.Serving;

/// <summary>
/// Texts as tokens, without the tokenizer of a model: pieces of about the length of tokens (<see cref="StandIns"/>), of which equal ones
/// are equal numbers. The words of outputs are single pieces, so an output that comes back in a prompt is the tokens that it was.
/// </summary>
internal static class TextTokens
{
    private const ulong IsText = 1UL << 63;   // no id of a token has it
    private const string Consonants = "bdfgklmnprstvzjh";
    private const string Vowels = "aeio";

    /// <summary>The words that outputs are made of.</summary>
    public static IReadOnlyList<string> Words { get; } =
    [
        .. from a in Consonants from b in Vowels from c in Consonants from d in Vowels select string.Concat(a, b, c, d),
    ];

    /// <summary>The words as tokens.</summary>
    public static ulong[] WordTokens { get; } = [.. Words.Select(word => Of(Encoding.ASCII.GetBytes(word)))];

    /// <summary>The id that a word of an output has, for clients that ask for ids: the highest that there are.</summary>
    public static int IdOf(int word) => int.MaxValue - word;

    /// <summary>The token of an id: of a word, when a client gives it back, or itself.</summary>
    public static ulong OfId(int id) => int.MaxValue - id < WordTokens.Length ? WordTokens[int.MaxValue - id] : (ulong)id;

    /// <summary>Appends the tokens of a text.</summary>
    public static void Add(string text, List<ulong> tokens)
    {
        byte[] rented = ArrayPool<byte>.Shared.Rent(Encoding.UTF8.GetMaxByteCount(text.Length));
        ReadOnlySpan<byte> rest = rented.AsSpan(0, Encoding.UTF8.GetBytes(text, rented));
        while (!rest.IsEmpty)
        {
            int length = StandIns.NextPiece(rest);
            tokens.Add(Of(rest[..length]));
            rest = rest[length..];
        }

        ArrayPool<byte>.Shared.Return(rented);
    }

    /// <summary>A token of which there is no text, such as the beginning of a message.</summary>
    public static ulong Special(string name) => Hash(Encoding.UTF8.GetBytes(name), 1);

    // With or without the space before it: a client may trim the first word of an answer.
    private static ulong Of(ReadOnlySpan<byte> piece) =>
        Hash(piece.Length > 1 && piece[0] == ' ' && piece[1] != ' ' ? piece[1..] : piece, 0);

    private static ulong Hash(ReadOnlySpan<byte> bytes, long kind) => XxHash3.HashToUInt64(bytes, kind) | IsText;
}
