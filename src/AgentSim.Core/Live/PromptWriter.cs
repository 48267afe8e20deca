using System.Buffers;
using System.Buffers.Text;
using System.Text;

namespace AgentSim.Live;

/// <summary>Makes prompts of their pieces: every token follows from the identity of its block, its place there and the salt.</summary>
internal sealed class PromptWriter(LiveSettings settings, ulong salt)
{
    private const int MostBytes = 11;   // of an id and a comma

    // Usual words, each one token for most models.
    private static readonly byte[][] Words = [.. (
        "the of and to in is that for it as was with be by on not he this are or his from at which but have an had they you were " +
        "their one all we can her has there been if more when will would who so no said what up its about into than them only " +
        "other new some could time these two may then do first any my now such like our over man me even most made after also " +
        "did many before must through years where much your way well down should because each just those people how too little " +
        "state good very make world still own see men work long get here between both life being under never day same another " +
        "know while last might us great old year off come since against go came right used take three").Split(' ')
        .Select(Encoding.ASCII.GetBytes)];

    private readonly uint _range = (uint)(settings.LastTokenId - settings.FirstTokenId + 1);

    /// <summary>Text only: tokens that a word comes to.</summary>
    public double TokensPerWord { get; set; } = 1.0;

    /// <summary>Text only: tokens of a prompt that are not of its words.</summary>
    public double FixedTokens { get; set; }

    /// <summary>Writes the ids of a prompt, with commas between.</summary>
    public void Ids(List<PromptPiece> pieces, IBufferWriter<byte> output)
    {
        bool isFirst = true;
        foreach (PromptPiece piece in pieces)
        {
            for (int at = 0; at < piece.Tokens;)
            {
                IReadOnlyList<int>? given = piece.Ids;
                int count = Math.Min(piece.Tokens - at, 1024);
                Span<byte> room = output.GetSpan(count * MostBytes);
                int used = 0;
                for (int end = at + count; at < end; at++)
                {
                    if (!isFirst) room[used++] = (byte)',';
                    isFirst = false;
                    int id = given is null ? settings.FirstTokenId + Draw(piece.Identity, at, _range) : given[at];
                    _ = Utf8Formatter.TryFormat(id, room[used..], out int written);
                    used += written;
                }

                output.Advance(used);
            }
        }
    }

    /// <summary>Writes the words of a prompt, with blanks between. The same block at the same place has the same words.</summary>
    public void Text(List<PromptPiece> pieces, IBufferWriter<byte> output)
    {
        long tokens = 0;
        foreach (PromptPiece piece in pieces) tokens += piece.Tokens;
        long words = Math.Max(1, (long)Math.Round((tokens - FixedTokens) / TokensPerWord));
        long word = 0, before = 0;
        for (int i = 0; i < pieces.Count; i++)
        {
            before += pieces[i].Tokens;
            long end = i == pieces.Count - 1 ? words : Math.Min(words, (long)Math.Ceiling(before / TokensPerWord));
            for (int at = 0; word < end; at++, word++)
            {
                if (word > 0) output.Write(" "u8);
                output.Write(Words[Draw(pieces[i].Identity, at, (uint)Words.Length)]);
            }
        }
    }

    private int Draw(ulong identity, int place, uint range)
    {
        ulong mixed = unchecked((identity * 0x9E3779B97F4A7C15UL) + ((ulong)(uint)place * 0xD1B54A32D192ED03UL) + salt);
        mixed = unchecked((mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9UL);
        mixed = unchecked((mixed ^ (mixed >> 27)) * 0x94D049BB133111EBUL);
        return (int)(((mixed >> 32) * range) >> 32);
    }
}
