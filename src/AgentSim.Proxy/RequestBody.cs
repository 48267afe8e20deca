using Microsoft.AspNetCore.Http;

namespace AgentSim.Proxy;

/// <summary>Reads the body of a request, as long as it is not longer than prompts are.</summary>
internal static class RequestBody
{
    private const int MostBytes = 32 << 20;

    /// <summary>The body; null if it is too long or encoded, and then the request can still be passed on.</summary>
    /// <param name="context">The request.</param>
    /// <exception cref="IOException">The client broke off.</exception>
    public static async Task<byte[]?> ReadAsync(HttpContext context)
    {
        HttpRequest request = context.Request;
        if (request.ContentLength > MostBytes || IsEncoded(request)) return null;
        Stream body = request.Body;
        using var read = new MemoryStream((int)(request.ContentLength ?? 0));
        var buffer = new byte[16 << 10];
        for (int count; (count = await body.ReadAsync(buffer, context.RequestAborted).ConfigureAwait(false)) > 0;)
        {
            read.Write(buffer, 0, count);
            if (read.Length <= MostBytes) continue;
            request.Body = new ContinuedStream(read.ToArray(), body);
            return null;
        }

        return read.ToArray();
    }

    /// <summary>Whether the body has to be decoded to be understood.</summary>
    public static bool IsEncoded(HttpRequest request) =>
        request.Headers.ContentEncoding.Any(
            value => !string.IsNullOrWhiteSpace(value) && !value.Equals("identity", StringComparison.OrdinalIgnoreCase));

    /// <summary>What was read of a stream, and then the rest of it.</summary>
    private sealed class ContinuedStream(byte[] start, Stream rest) : Stream
    {
        private int _at;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (_at == start.Length) return rest.ReadAsync(buffer, cancellationToken);
            int count = Math.Min(buffer.Length, start.Length - _at);
            start.AsSpan(_at, count).CopyTo(buffer.Span);
            _at += count;
            return ValueTask.FromResult(count);
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
