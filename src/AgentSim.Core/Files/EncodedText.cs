using System.Text.Unicode;

namespace AgentSim.Files;

/// <summary>
/// Files of text that are read whole: as UTF-8 or not at all, since JSON is taken apart without a look at what is in strings.
/// </summary>
internal static class EncodedText
{
    /// <summary>What is wrong with a line, for messages.</summary>
    public const string InvalidLine = "the line is not valid UTF-8; save the file as UTF-8";

    /// <summary>The text without its byte order mark.</summary>
    /// <param name="content">The whole file.</param>
    /// <param name="path">The file, for messages.</param>
    /// <param name="code">The error; null: <c>EncodingInvalid</c>.</param>
    /// <exception cref="AgentSimException">It is not UTF-8; with the line.</exception>
    public static ReadOnlyMemory<byte> Of(ReadOnlyMemory<byte> content, string path, ErrorCode? code = null)
    {
        ReadOnlySpan<byte> bytes = content.Span;
        code ??= Errors.EncodingInvalid;
        if (bytes is [0xff, 0xfe, ..] or [0xfe, 0xff, ..]) throw code.At(path, 1, "the file is UTF-16; save it as UTF-8");
        if (InvalidAt(bytes) is >= 0 and var at) throw code.At(path, 1 + bytes[..at].Count((byte)'\n'), InvalidLine);
        return bytes.StartsWith("\uFEFF"u8) ? content[3..] : content;
    }

    /// <summary>Where the first byte is that belongs to no character; negative: nowhere.</summary>
    public static int InvalidAt(ReadOnlySpan<byte> text)
    {
        if (Utf8.IsValid(text)) return -1;
        for (int at = 0; at < text.Length;)
        {
            if (System.Text.Rune.DecodeFromUtf8(text[at..], out _, out int length) != System.Buffers.OperationStatus.Done) return at;
            at += length;
        }

        return text.Length - 1;
    }
}
