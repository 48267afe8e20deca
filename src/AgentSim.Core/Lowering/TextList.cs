using System.Text;
using AgentSim.Collections;

namespace AgentSim.Lowering;

/// <summary>
/// Texts, numbered in order of addition and held as UTF-8 in a few large pieces: a trace has hundreds of thousands of
/// ids, which as strings would cost several times their length and be moved by collections.
/// </summary>
internal sealed class TextList
{
    private const int PieceSize = 1 << 17;

    private readonly record struct Place(int Piece, int Start, int Length);

    private readonly List<byte[]> _pieces = [];
    private readonly ChunkList<Place> _places = new();
    private int _used = PieceSize + 1;   // of the last piece, so that the first text needs one

    public int Count => _places.Count;

    /// <summary>A text as it was added.</summary>
    public string this[int number] => Encoding.UTF8.GetString(Bytes(number));

    /// <summary>A text as UTF-8.</summary>
    public ReadOnlySpan<byte> Bytes(int number)
    {
        ref Place place = ref _places[number];
        return _pieces[place.Piece].AsSpan(place.Start, place.Length);
    }

    /// <summary>Adds a text and returns its number.</summary>
    public int Add(string text)
    {
        int length = Encoding.UTF8.GetByteCount(text);
        if (PieceSize - _used < length)
        {
            // A text longer than a piece gets one of its own, and the next text another.
            _pieces.Add(new byte[Math.Max(PieceSize, length)]);
            _used = 0;
        }

        Encoding.UTF8.GetBytes(text, _pieces[^1].AsSpan(_used));
        _places.Add(new Place(_pieces.Count - 1, _used, length));
        _used += length;
        return Count - 1;
    }
}
