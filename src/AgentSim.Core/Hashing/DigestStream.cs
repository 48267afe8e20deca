namespace AgentSim.Hashing;

/// <summary>A stream that only keeps a BLAKE3 digest of what is written to it.</summary>
internal sealed class DigestStream : Stream
{
    private readonly Blake3 _hash = new();

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    /// <summary>The digest so far, in lower-case hexadecimal.</summary>
    public string Hex() => Convert.ToHexStringLower(_hash.Digest());

    public override void Write(ReadOnlySpan<byte> buffer) => _hash.Append(buffer);

    public override void Write(byte[] buffer, int offset, int count) => _hash.Append(buffer.AsSpan(offset, count));

    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();
}
