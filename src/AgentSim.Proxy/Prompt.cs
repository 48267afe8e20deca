using System.Buffers.Binary;
using System.IO.Hashing;
using System.Text;
using AgentSim.Imports;

namespace AgentSim.Proxy;

/// <summary>The prompt of a request, as far as the request shows it.</summary>
internal sealed class Prompt
{
    private readonly ulong[] _keys;

    /// <param name="segments">What it consists of, in the order in which a model gets it.</param>
    /// <param name="model">The model asked; other models count tokens in another way.</param>
    /// <param name="headCount">Leading segments that are tools and instructions.</param>
    public Prompt(IReadOnlyList<PromptSegment> segments, string? model, int headCount = 0)
    {
        (Segments, HeadCount, Model) = (segments, headCount, model);
        _keys = Chain(Root(model), segments);
        foreach (PromptSegment segment in segments) Estimate += segment.Estimate;
    }

    /// <summary>Its tokens, where the request gives them instead of text.</summary>
    public uint[]? Ids { get; init; }

    /// <summary>The answer that it goes on from on the server, where its history is.</summary>
    public string? PreviousId { get; init; }

    /// <summary>Whether the server adds what the request does not show.</summary>
    public bool IsPartial { get; init; }

    public IReadOnlyList<PromptSegment> Segments { get; }

    public int HeadCount { get; }

    public string? Model { get; }

    /// <summary>The tokens of all segments, estimated.</summary>
    public double Estimate { get; }

    /// <summary>For every segment, what stands for all up to it.</summary>
    public ReadOnlySpan<ulong> Keys => _keys;

    /// <summary>What stands for the whole prompt.</summary>
    public ulong Key => _keys.Length > 0 ? _keys[^1] : Root(Model);

    /// <summary>The beginning of all prompts of a model.</summary>
    public static ulong Root(string? text) => XxHash3.HashToUInt64(Encoding.UTF8.GetBytes(text ?? ""));

    /// <summary>What stands for segments behind something.</summary>
    /// <param name="start">What stands for that.</param>
    /// <param name="segments">The segments.</param>
    public static ulong[] Chain(ulong start, IReadOnlyList<PromptSegment> segments)
    {
        var keys = new ulong[segments.Count];
        Span<byte> pair = stackalloc byte[2 * sizeof(ulong)];
        for (int i = 0; i < keys.Length; i++)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(pair, start);
            BinaryPrimitives.WriteUInt64LittleEndian(pair[sizeof(ulong)..], segments[i].Identity);
            keys[i] = start = XxHash3.HashToUInt64(pair);
        }

        return keys;
    }
}
