using System.IO.Compression;

namespace AgentSim.Files;

/// <summary>
/// Decompresses a gzip stream of one or more members and notices when it is cut short or followed by something else
/// (behaviour 01#2.1).
/// </summary>
/// <remarks>
/// <see cref="GZipStream"/> ends silently in both cases. Therefore one more member with a known content is appended to
/// the input: it comes out whole, and directly behind the input's own content, only if the input ended with a complete
/// member. The decoder asks for more input only when it has handed out everything it could decode, so that all it
/// returns after the appended member was handed over must be that member's content.
/// </remarks>
internal sealed class GzipSource : IDisposable
{
    private static readonly byte[] Marker = "agentsim\0end\0of\0input"u8.ToArray();
    private static readonly byte[] MarkerMember = Compress(Marker);

    private readonly Input _input;
    private readonly GZipStream _decoder;
    private bool _ended;

    /// <summary>Decompresses <paramref name="head"/> followed by the rest of <paramref name="stream"/>, which the caller closes.</summary>
    public GzipSource(byte[] head, CountedStream stream)
    {
        _input = new Input(head, stream);
        _decoder = new GZipStream(_input, CompressionMode.Decompress);
    }

    /// <summary>Set when reading failed because the last member is not complete.</summary>
    public bool IsCutShort { get; private set; }

    /// <summary>The next decompressed bytes; 0 at the end.</summary>
    /// <exception cref="InvalidDataException">The data are damaged, cut short or followed by something else.</exception>
    public int Read(Span<byte> buffer)
    {
        if (_ended) return 0;
        int count = Decode(buffer);
        if (!_input.AtEnd)
            return count > 0 ? count : throw new InvalidDataException("the gzip data are followed by something else");

        // Everything from here on has to be the marker.
        Span<byte> tail = stackalloc byte[Marker.Length + 1];
        if (count > Marker.Length) throw CutShort();
        buffer[..count].CopyTo(tail);
        for (int next; count < tail.Length && (next = Decode(tail[count..])) > 0;) count += next;
        if (!tail[..count].SequenceEqual(Marker)) throw CutShort();
        _ended = true;
        return 0;
    }

    public void Dispose() => _decoder.Dispose();

    private int Decode(Span<byte> buffer)
    {
        try
        {
            return _decoder.Read(buffer);
        }
        catch (InvalidDataException error)
        {
            if (_input.AtEnd) throw CutShort();
            throw new InvalidDataException("the gzip data are damaged", error);   // the decoder's words are about zip files
        }
    }

    private InvalidDataException CutShort()
    {
        IsCutShort = true;
        return new InvalidDataException("the gzip data are cut short");
    }

    private static byte[] Compress(byte[] content)
    {
        var member = new MemoryStream();
        using (var encoder = new GZipStream(member, CompressionLevel.NoCompression)) encoder.Write(content);
        return member.ToArray();
    }

    // The head, the stream, then the marker member.
    private sealed class Input(byte[] head, CountedStream stream) : Stream
    {
        private int _headUsed;
        private int _markerUsed;

        public bool AtEnd { get; private set; }
        public override bool CanRead => true;
        public override bool CanSeek => false;
        public override bool CanWrite => false;
        public override long Length => throw new NotSupportedException();
        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

        public override int Read(Span<byte> buffer)
        {
            if (_headUsed < head.Length) return Take(head, ref _headUsed, buffer);
            int count = AtEnd ? 0 : stream.Read(buffer);
            if (count > 0) return count;
            AtEnd = true;
            return Take(MarkerMember, ref _markerUsed, buffer);
        }

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        private static int Take(byte[] source, ref int used, Span<byte> buffer)
        {
            int count = Math.Min(buffer.Length, source.Length - used);
            source.AsSpan(used, count).CopyTo(buffer);
            used += count;
            return count;
        }
    }
}
