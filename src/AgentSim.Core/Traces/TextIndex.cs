using System.Text;

namespace AgentSim.Traces;

/// <summary>Different texts, numbered in order of addition, and their numbers by text.</summary>
internal sealed class TextIndex
{
    private readonly TextList _texts = new();
    private int[] _table = new int[1 << 8];   // open addressing: number + 1, 0 where free
    private byte[] _encoded = new byte[256];

    /// <summary>A text as it was added.</summary>
    public string this[int number] => _texts[number];

    /// <summary>Adds a text; false if it is there already.</summary>
    public bool TryAdd(string text)
    {
        if (Find(text, out int slot) >= 0) return false;
        _table[slot] = _texts.Add(text) + 1;
        if (_texts.Count > _table.Length / 2) Grow();
        return true;
    }

    /// <summary>The number of a text, -1 if it is not there.</summary>
    public int Find(string text) => Find(text, out _);

    /// <summary>Orders texts as their bytes, that is by code point (specification 01, 3.1).</summary>
    public int Compare(int left, int right) => _texts.Bytes(left).SequenceCompareTo(_texts.Bytes(right));

    private int Find(string text, out int slot)
    {
        int most = Encoding.UTF8.GetMaxByteCount(text.Length);
        if (_encoded.Length < most) _encoded = new byte[most];
        ReadOnlySpan<byte> bytes = _encoded.AsSpan(0, Encoding.UTF8.GetBytes(text, _encoded));
        for (slot = Slot(bytes); _table[slot] != 0; slot = (slot + 1) & (_table.Length - 1))
        {
            if (_texts.Bytes(_table[slot] - 1).SequenceEqual(bytes)) return _table[slot] - 1;
        }

        return -1;
    }

    private void Grow()
    {
        _table = new int[_table.Length * 2];
        for (int number = 0; number < _texts.Count; number++)
        {
            int slot = Slot(_texts.Bytes(number));
            while (_table[slot] != 0) slot = (slot + 1) & (_table.Length - 1);
            _table[slot] = number + 1;
        }
    }

    // Differs from process to process, so that no file can be made to collide.
    private int Slot(ReadOnlySpan<byte> bytes)
    {
        var hash = new HashCode();
        hash.AddBytes(bytes);
        return hash.ToHashCode() & (_table.Length - 1);
    }
}
