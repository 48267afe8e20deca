using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace AgentSim.Imports;

/// <summary>
/// Turns text into identities that say only whether texts are equal: keyed hashes of 64 bits, so that nothing of the text
/// can be had back. Without a salt the key is fixed, and the same text has the same identity in every import.
/// </summary>
/// <example><code>
/// using var identity = new TextIdentity(options.Salt);
/// ulong id = identity.Begin("user", "text").Add(element.GetProperty("text")).End();
/// </code></example>
internal sealed class TextIdentity : IDisposable
{
    private readonly IncrementalHash _hash;
    private byte[] _buffer = new byte[4096];
    private long _characters;

    /// <summary>Starts with a salt; null: the fixed key.</summary>
    public TextIdentity(string? salt) =>
        _hash = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, Encoding.UTF8.GetBytes(salt ?? "agentsim import"));

    /// <summary>Characters added since <see cref="Begin"/>, for estimates.</summary>
    public long Characters => _characters;

    /// <summary>Begins an identity.</summary>
    /// <param name="role">Who speaks: <c>user</c>, <c>assistant</c>, <c>tool</c>, …</param>
    /// <param name="kind">What it is: <c>text</c>, <c>tool_use</c>, …</param>
    public TextIdentity Begin(string role, string kind)
    {
        _characters = 0;
        Append(role);
        Append(kind);
        return this;
    }

    /// <summary>Adds text.</summary>
    public TextIdentity Add(string? text)
    {
        if (text is null) return this;
        _characters += text.Length;
        Append(text);
        return this;
    }

    /// <summary>Adds UTF-8 text.</summary>
    public TextIdentity Add(ReadOnlySpan<byte> utf8)
    {
        _characters += Encoding.UTF8.GetCharCount(utf8);
        Separate(utf8.Length);
        _hash.AppendData(utf8);
        return this;
    }

    /// <summary>Adds bytes that need be no text; they do not count as characters.</summary>
    public TextIdentity AddBytes(ReadOnlySpan<byte> bytes)
    {
        Separate(bytes.Length);
        _hash.AppendData(bytes);
        return this;
    }

    /// <summary>Adds a JSON value: its names and values in order, however it is written. Numbers count as they are written.</summary>
    public TextIdentity Add(JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                foreach (JsonProperty property in value.EnumerateObject())
                {
                    Add(property.Name);
                    Add(property.Value);
                }

                break;
            case JsonValueKind.Array:
                Separate(-1 - value.GetArrayLength());
                foreach (JsonElement item in value.EnumerateArray()) Add(item);
                break;
            case JsonValueKind.String:
                Add(value.GetString());
                break;
            case JsonValueKind.Undefined:
                break;
            default:
                Add(value.GetRawText());
                break;
        }

        return this;
    }

    /// <summary>The identity of what was added.</summary>
    public ulong End()
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        _hash.GetHashAndReset(hash);
        return BinaryPrimitives.ReadUInt64LittleEndian(hash);
    }

    /// <summary>An identity of a few short texts.</summary>
    public ulong Of(string role, string kind, params ReadOnlySpan<string?> texts)
    {
        Begin(role, kind);
        foreach (string? text in texts) Add(text ?? "");
        return End();
    }

    /// <summary>A segment of what was added since <see cref="Begin"/>, with an estimate of its tokens.</summary>
    /// <param name="charactersPerToken">What <see cref="ImportOptions.CharactersPerToken"/> says.</param>
    public PromptSegment EndSegment(double charactersPerToken)
    {
        double estimate = _characters / charactersPerToken;
        return new PromptSegment(End(), estimate);
    }

    public void Dispose() => _hash.Dispose();

    private void Append(string text)
    {
        int bytes = Encoding.UTF8.GetMaxByteCount(text.Length);
        if (bytes > _buffer.Length) _buffer = new byte[Math.Max(bytes, _buffer.Length * 2)];
        int count = Encoding.UTF8.GetBytes(text, _buffer);
        Separate(count);
        _hash.AppendData(_buffer, 0, count);
    }

    // Lengths before the pieces keep different cuts of the same characters apart.
    private void Separate(int length)
    {
        Span<byte> prefix = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(prefix, length);
        _hash.AppendData(prefix);
    }
}
