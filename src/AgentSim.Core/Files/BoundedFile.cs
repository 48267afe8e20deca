namespace AgentSim.Files;

/// <summary>Small files that are read whole; devices and pipes, which have no length, are read no further than allowed.</summary>
internal static class BoundedFile
{
    private const int FirstPiece = 64 << 10;

    /// <summary>The content.</summary>
    /// <param name="stream">From where it stands to its end.</param>
    /// <param name="limit">How much it may be.</param>
    /// <param name="path">The file, for messages.</param>
    /// <exception cref="AgentSimException">It is more.</exception>
    public static ReadOnlyMemory<byte> Read(Stream stream, InputLimit limit, string path) => Read(stream, limit.Value)
        ?? throw Errors.InputTooLarge.At(path, 0, $"has more than {limit.Size}, more than such files are made of ({limit.Raise})");

    /// <summary>The content; null where there is more.</summary>
    /// <param name="stream">From where it stands to its end.</param>
    /// <param name="most">Bytes that are allowed.</param>
    public static ReadOnlyMemory<byte>? Read(Stream stream, long most)
    {
        var content = new byte[Math.Min(FirstPiece, most + 1)];
        int length = 0;
        while (true)
        {
            int count = stream.Read(content.AsSpan(length));
            if (count == 0) return content.AsMemory(0, length);
            length += count;
            if (length > most) return null;
            if (length == content.Length) Array.Resize(ref content, (int)Math.Min(content.Length * 2L, most + 1));
        }
    }
}
