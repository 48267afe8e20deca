using System.Buffers;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using AgentSim.Imports;

namespace AgentSim.Proxy;

/// <summary>
/// Turns a prompt into segments: pieces of text of which equal ones have equal identities, each with an estimate of its tokens.
/// A message is written as its texts in order, however the JSON around them is formed, and cut every 512 bytes, so that what
/// prompts have in common is found also where it ends in the middle of a long text.
/// </summary>
internal sealed class PromptText : IDisposable
{
    private const int PieceBytes = 512;
    private const int PieceTokens = 64;
    private const byte TextEnd = 0xFF;      // as the next, no byte of UTF-8
    private const byte MessageStart = 0xFE;
    private const double MediaTokens = 1500;   // about what images and pages cost
    private const int HiddenBytesPerToken = 8;   // of encrypted text, in Base64

    // Names that say nothing about what a model sees, of values that say nothing, or change from request to request.
    private static readonly HashSet<string> Unnamed = ["role", "content", "text", "thinking", "type"];
    private static readonly HashSet<string> Ignored = ["cache_control", "signature", "id", "status", "annotations", "logprobs"];
    private static readonly HashSet<string> PlainTypes = ["text", "input_text", "output_text", "message", "thinking"];
    private static readonly HashSet<string> MediaTypes =
        ["image", "image_url", "input_image", "input_audio", "input_file", "file", "document", "audio", "video", "video_url", "audio_url"];

    private readonly TextIdentity _identity = new(null);
    private readonly ArrayBufferWriter<byte> _text = new(4096);
    private readonly List<PromptSegment> _segments = [];

    /// <summary>The segments so far, of whole messages.</summary>
    public IReadOnlyList<PromptSegment> Segments => _segments;

    /// <summary>Begins a message, or another part of the prompt that nothing of another one continues.</summary>
    /// <param name="role">Who speaks, or what it is.</param>
    public void Begin(string role)
    {
        End();
        _text.Write([MessageStart]);
        AddText(role);
    }

    /// <summary>Adds text.</summary>
    public void AddText(string text)
    {
        _text.Advance(Encoding.UTF8.GetBytes(text, _text.GetSpan(Encoding.UTF8.GetMaxByteCount(text.Length))));
        _text.Write([TextEnd]);
    }

    /// <summary>Adds a text that a longer one may continue, and nothing else.</summary>
    public void AddOpenText(string text) =>
        _text.Advance(Encoding.UTF8.GetBytes(text, _text.GetSpan(Encoding.UTF8.GetMaxByteCount(text.Length))));

    /// <summary>Adds all that a JSON value says.</summary>
    /// <exception cref="InvalidOperationException">It holds text that is none.</exception>
    public void AddValue(JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.String:
                AddText(value.GetString()!);
                break;
            case JsonValueKind.Array:
                foreach (JsonElement item in value.EnumerateArray()) AddValue(item);
                break;
            case JsonValueKind.Object when IsMedia(value):
                AddWhole(value, MediaTokens);
                break;
            case JsonValueKind.Object:
                foreach (JsonProperty property in value.EnumerateObject()) AddProperty(property);
                break;
            case JsonValueKind.Null or JsonValueKind.Undefined:
                break;
            default:
                AddText(value.GetRawText());
                break;
        }
    }

    /// <summary>The segments of a prompt that is given as tokens.</summary>
    public List<PromptSegment> Pieces(ReadOnlySpan<uint> tokens)
    {
        var segments = new List<PromptSegment>();
        while (!tokens.IsEmpty)
        {
            ReadOnlySpan<uint> piece = tokens[..Math.Min(PieceTokens, tokens.Length)];
            tokens = tokens[piece.Length..];
            segments.Add(new PromptSegment(Identity(MemoryMarshal.AsBytes(piece)), piece.Length));
        }

        return segments;
    }

    /// <summary>Ends the message.</summary>
    public void End()
    {
        ReadOnlySpan<byte> rest = _text.WrittenSpan;
        while (!rest.IsEmpty)
        {
            ReadOnlySpan<byte> piece = rest[..Math.Min(PieceBytes, rest.Length)];
            rest = rest[piece.Length..];
            _segments.Add(new PromptSegment(Identity(piece), StandIns.Count(piece)));
        }

        _text.ResetWrittenCount();
    }

    public void Dispose() => _identity.Dispose();

    private void AddProperty(JsonProperty property)
    {
        string name = property.Name;
        if (Ignored.Contains(name)) return;
        bool isText = property.Value.ValueKind == JsonValueKind.String;
        if (name == "type" && isText && PlainTypes.Contains(property.Value.GetString()!)) return;
        if (name == "encrypted_content" && isText)
        {
            AddWhole(property.Value, (double)property.Value.GetString()!.Length / HiddenBytesPerToken);
            return;
        }

        if (!Unnamed.Contains(name)) AddText(name);
        AddValue(property.Value);
    }

    private static bool IsMedia(JsonElement value) =>
        value.Text("type") is { } type && MediaTypes.Contains(type);

    // What has no text to count tokens of.
    private void AddWhole(JsonElement value, double tokens)
    {
        End();
        _identity.Begin("prompt", "whole").Add(value);
        _segments.Add(new PromptSegment(_identity.End(), tokens));
    }

    private ulong Identity(ReadOnlySpan<byte> piece)
    {
        _identity.Begin("prompt", "piece").AddBytes(piece);
        return _identity.End();
    }
}
