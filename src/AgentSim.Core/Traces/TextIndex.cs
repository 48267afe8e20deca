using System.Text;
using AgentSim.Collections;

namespace AgentSim.Traces;

/// <summary>
/// Different texts, numbered in order of addition and held as UTF-8 in a few large pieces: a trace has hundreds of
/// thousands of ids, which as strings would cost several times their length and be moved by every collection.
/// </summary>
internal sealed class TextIndex
{
    private const int PieceSize = 1 << 17;

    private readonly record struct Place(int Piece, int Start, int Length);

    private readonly List<byte[]> _pieces = [];
    private readonly ChunkList<Place> _places = new();
    private int[] _table = new int[1 << 8];   // open addressing: number + 1, 0 where free
    private byte[] _encoded = new byte[256];
    private int _used = PieceSize + 1;        // of the last piece, so that the first text needs one

    /// <summary>How many different texts there are.</summary>
    public int Count => _places.Count;

    /// <summary>A text as it was added.</summary>
    public string this[int number] => Encoding.UTF8.GetString(Bytes(number));

    /// <summary>The number of a text, which is added if it is not there.</summary>
    /// <returns>True if it was added.</returns>
    public bool TryAdd(string text, out int number)
    {
        ReadOnlySpan<byte> bytes = Encode(text);
        number = Find(bytes, out int slot);
        if (number >= 0) return false;
        number = Count;
        Store(bytes);
        _table[slot] = Count;
        if (Count > _table.Length / 2) Grow();
        return true;
    }

    /// <summary>The number of a text, -1 if it is not there.</summary>
    public int Find(string text) => Find(Encode(text), out _);

    /// <summary>Orders texts as their bytes, that is by code point (specification 01, 3.1).</summary>
    public int Compare(int left, int right) => Bytes(left).SequenceCompareTo(Bytes(right));

    private ReadOnlySpan<byte> Bytes(int number)
    {
        Place place = _places[number];
        return _pieces[place.Piece].AsSpan(place.Start, place.Length);
    }

    private ReadOnlySpan<byte> Encode(string text)
    {
        int most = Encoding.UTF8.GetMaxByteCount(text.Length);
        if (_encoded.Length < most) _encoded = new byte[most];
        return _encoded.AsSpan(0, Encoding.UTF8.GetBytes(text, _encoded));
    }

    private void Store(ReadOnlySpan<byte> bytes)
    {
        if (PieceSize - _used < bytes.Length)
        {
            // A text longer than a piece gets one of its own, and the next text another.
            _pieces.Add(new byte[Math.Max(PieceSize, bytes.Length)]);
            _used = 0;
        }

        bytes.CopyTo(_pieces[^1].AsSpan(_used));
        _places.Add(new Place(_pieces.Count - 1, _used, bytes.Length));
        _used += bytes.Length;
    }

    private int Find(ReadOnlySpan<byte> bytes, out int slot)
    {
        for (slot = Slot(bytes); _table[slot] != 0; slot = (slot + 1) & (_table.Length - 1))
        {
            if (Bytes(_table[slot] - 1).SequenceEqual(bytes)) return _table[slot] - 1;
        }

        return -1;
    }

    private void Grow()
    {
        _table = new int[_table.Length * 2];
        for (int number = 0; number < Count; number++)
        {
            int slot = Slot(Bytes(number));
            while (_table[slot] != 0) slot = (slot + 1) & (_table.Length - 1);
            _table[slot] = number + 1;
        }
    }

    // Unlike most others, this hash differs from process to process, so that no file can be made to collide.
    private int Slot(ReadOnlySpan<byte> bytes)
    {
        var hash = new HashCode();
        hash.AddBytes(bytes);
        return hash.ToHashCode() & (_table.Length - 1);
    }
}
