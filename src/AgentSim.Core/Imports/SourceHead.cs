using System.Text;
using System.Text.Json;
using AgentSim.Files;

namespace AgentSim.Imports;

/// <summary>The beginning of a file, by which formats know their own.</summary>
internal sealed class SourceHead
{
    private const int MaxBytes = 256 << 10;
    private const int MaxObjects = 200;

    private readonly byte[] _bytes;
    private List<HeadObject>? _objects;

    private SourceHead(string path, byte[] bytes)
    {
        LoneSurrogates.Mend(bytes);
        (Path, _bytes) = (path, bytes);
    }

    /// <summary>The file, as the user named it.</summary>
    public string Path { get; }

    /// <summary>The first bytes of the file, decompressed, without a byte order mark; up to 256 KiB.</summary>
    public ReadOnlySpan<byte> Bytes => _bytes;

    /// <summary>The first line that is not blank, at most as much of it as is in <see cref="Bytes"/>; empty if there is none.</summary>
    public string FirstLine
    {
        get
        {
            ReadOnlySpan<byte> text = Bytes.TrimStart(" \t\r\n"u8);
            int end = text.IndexOf((byte)'\n');
            return Encoding.UTF8.GetString(end < 0 ? text : text[..end]).TrimEnd();
        }
    }

    /// <summary>
    /// The JSON objects the file begins with: one a line, or one object (or an array of them) over many lines. Of an object
    /// that is cut off by the end of <see cref="Bytes"/>, the names up to there. Lines that are no JSON are left out.
    /// </summary>
    public IReadOnlyList<HeadObject> Objects => _objects ??= Parse();

    /// <summary>Whether there is nothing but white space.</summary>
    public bool IsBlank => Bytes.TrimStart(" \t\r\n"u8).Length == 0;

    /// <summary>Whether the file begins with an array.</summary>
    public bool IsArray => Bytes.TrimStart(" \t\r\n"u8).StartsWith("["u8);

    /// <summary>Reads the beginning of a file.</summary>
    /// <exception cref="AgentSimException">It cannot be read.</exception>
    public static SourceHead Read(string path)
    {
        var bytes = new byte[MaxBytes];
        int count;
        try
        {
            using Stream stream = Decompressed(path);
            count = stream.ReadAtLeast(bytes, MaxBytes, throwOnEndOfStream: false);
        }
        catch (Exception error) when (error is IOException or InvalidDataException)
        {
            throw Errors.InputUnreadable.At(path, 0, $"cannot be read: {error.Message}", error);
        }

        if (bytes.AsSpan(0, count) is [0xFF, 0xFE, ..] or [0xFE, 0xFF, ..])
            throw Errors.EncodingInvalid.At(path, 0, "the file is UTF-16; save it as UTF-8");
        int start = bytes.AsSpan(0, count).StartsWith("\uFEFF"u8) ? 3 : 0;
        return new SourceHead(path, bytes[start..count]);
    }

    /// <summary>The head of a file with this content.</summary>
    internal static SourceHead Of(string path, ReadOnlySpan<byte> content) =>
        new(path, content[..Math.Min(content.Length, MaxBytes)].ToArray());

    private static Stream Decompressed(string path)
    {
        Stream file = InputFiles.Open(path);
        if (!file.CanSeek) return file;   // of a pipe nothing can be read twice
        Span<byte> magic = stackalloc byte[2];
        int read = file.ReadAtLeast(magic, 2, throwOnEndOfStream: false);
        file.Position = 0;
        return read == 2 && magic is [0x1f, 0x8b] ? new System.IO.Compression.GZipStream(file,
            System.IO.Compression.CompressionMode.Decompress) : file;
    }

    private List<HeadObject> Parse()
    {
        var objects = new List<HeadObject>();
        ReadOnlySpan<byte> rest = Bytes.TrimStart(" \t\r\n"u8);
        if (rest.StartsWith("["u8)) rest = rest[1..];
        while (rest.Length > 0 && objects.Count < MaxObjects)
        {
            int end = rest.IndexOf((byte)'\n');
            ReadOnlySpan<byte> line = end < 0 ? rest : rest[..end];
            int used = line.Length;
            if (line.TrimStart(" \t\r"u8).StartsWith("{"u8))
            {
                // An object may go on behind the line; a line that is no JSON ends at its own end.
                if (HeadObject.TryParse(line, isWhole: true, out HeadObject? found, out _)) objects.Add(found!);
                else if (HeadObject.TryParse(rest, isWhole: false, out found, out int consumed))
                {
                    objects.Add(found!);
                    used = consumed;
                }
            }

            rest = rest[Math.Min(rest.Length, used)..].TrimStart(" \t\r\n,"u8);
        }

        return objects;
    }
}

/// <summary>The names of an object and, of strings, the values.</summary>
internal sealed class HeadObject
{
    private readonly Dictionary<string, string?> _values = new(StringComparer.Ordinal);

    /// <summary>Whether the object has a value of this name, at its top level (<c>type</c>) or one below (<c>payload.type</c>).</summary>
    public bool Has(string name) => _values.ContainsKey(name);

    /// <summary>The value of a string; null for anything else.</summary>
    public string? Text(string name) => _values.GetValueOrDefault(name);

    internal static bool TryParse(ReadOnlySpan<byte> json, bool isWhole, out HeadObject? found, out int consumed)
    {
        found = new HeadObject();
        consumed = json.Length;
        var reader = new Utf8JsonReader(json, isWhole,
            new JsonReaderState(new JsonReaderOptions { MaxDepth = 1000, AllowMultipleValues = !isWhole }));
        try
        {
            string outer = "", name = "";
            while (reader.Read())
            {
                switch (reader.TokenType)
                {
                    case JsonTokenType.PropertyName when reader.CurrentDepth <= 2:
                        name = reader.GetString()!;
                        if (reader.CurrentDepth == 1) outer = name;
                        else name = $"{outer}.{name}";
                        found._values[name] = null;
                        break;
                    case JsonTokenType.String when reader.CurrentDepth <= 2 && name.Length > 0:
                        if (found._values.ContainsKey(name) && reader.ValueSpan.Length <= 4096) found._values[name] = reader.GetString();
                        break;
                    case JsonTokenType.EndObject when reader.CurrentDepth == 0:
                        consumed = (int)reader.BytesConsumed;
                        if (!isWhole) return found._values.Count > 0;
                        break;
                }
            }

            return isWhole || found._values.Count > 0;
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            return false;
        }
    }
}
