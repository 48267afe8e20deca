using Microsoft.AspNetCore.Http;

namespace AgentSim.Proxy.Serving;

/// <summary>
/// Reads the bodies of requests; together they take no more memory than there should be, however many clients send at once.
/// </summary>
/// <param name="mostAtOnce">Bytes of all bodies that are read at a time.</param>
internal sealed class BodyBudget(long mostAtOnce)
{
    /// <summary>Bytes of one body.</summary>
    public const int MostBytes = 64 << 20;

    /// <summary>Bytes of all bodies at a time unless told otherwise.</summary>
    public const long MostAtOnce = 512L << 20;

    private const int Piece = 16 << 10;

    private readonly long _most = mostAtOnce;
    private long _taken;

    /// <summary>Reads a body.</summary>
    /// <exception cref="ApiProblem">It is encoded, or there is no room for it now.</exception>
    /// <exception cref="BadHttpRequestException">It is too long, too slow, or malformed.</exception>
    public async Task<Body> ReadAsync(HttpContext context)
    {
        HttpRequest request = context.Request;
        if (RequestBody.IsEncoded(request)) throw new ApiProblem(StatusCodes.Status415UnsupportedMediaType, "Encoded bodies are not read.");
        var body = new Body(this);
        try
        {
            // What is claimed is not believed: memory is taken as bytes come.
            byte[] buffer = new byte[Math.Clamp(request.ContentLength ?? Piece, 1, Piece)];
            int filled = 0;
            body.Take(buffer.Length);
            while (await request.Body.ReadAsync(buffer.AsMemory(filled), context.RequestAborted).ConfigureAwait(false) is > 0 and int count)
            {
                filled += count;
                if (filled < buffer.Length) continue;
                body.Take(buffer.Length);
                Array.Resize(ref buffer, buffer.Length * 2);
            }

            body.Bytes = buffer.AsMemory(0, filled);
            return body;
        }
        catch
        {
            body.Dispose();
            throw;
        }
    }

    /// <summary>A body that was read; its memory counts until it is disposed of.</summary>
    internal sealed class Body(BodyBudget owner) : IDisposable
    {
        private long _own;

        public ReadOnlyMemory<byte> Bytes { get; set; }

        public void Take(long bytes)
        {
            _own += bytes;
            if (Interlocked.Add(ref owner._taken, bytes) > owner._most)
                throw new ApiProblem(StatusCodes.Status503ServiceUnavailable, "Too many large requests come at once.");
        }

        public void Dispose() => Interlocked.Add(ref owner._taken, -Interlocked.Exchange(ref _own, 0));
    }
}
