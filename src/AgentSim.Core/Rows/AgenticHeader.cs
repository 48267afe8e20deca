using System.Text.Json;
using AgentSim.Json;

namespace AgentSim.Rows;

/// <summary>The first line of a version 2 agentic file (behaviour 01#12.1).</summary>
internal static class AgenticHeader
{
    /// <summary>The source that a header names whose rows were made from a request trace (behaviour 01#12.1).</summary>
    public const string RequestTraceSource = "dynamo_request_trace";

    private const string Schema = "dynamo.agentic_mooncake";
    private const uint Version = 2;
    private const string Scope = "local";

    private static readonly JsonFields<Draft, Header> Source =
        new JsonFields<Draft, Header>("source.")
            .Add("format", JsonKinds.Text, (ref d, value) => d.SourceFormat = value, header => header.SourceFormat, JsonRule.NotNull)
            .Add("digest", JsonKinds.Text, (ref d, value) => d.SourceDigest = value, header => header.SourceDigest, JsonRule.NotNull);

    // Whether they are there is checked with what they say.
    private static readonly JsonFields<Draft, Header> Fields =
        new JsonFields<Draft, Header>()
            .Add("schema", JsonKinds.Text, (ref _, _) => { }, _ => Schema, JsonRule.NotNull)
            .Add("version", JsonKinds.UInt32, (ref d, value) => d.Version = value, _ => Version, JsonRule.NotNull)
            .Add("block_size", JsonKinds.Count, (ref d, value) => d.BlockSize = value, header => header.BlockSize, JsonRule.NotNull)
            .Add("hash_id_scope", JsonKinds.Text, (ref d, value) => d.Scope = value, _ => Scope, JsonRule.NotNull)
            .AddOwn("source", ReadSource, JsonKinds.Written<Header>(Source.Write, _ => default), header => header);

    /// <summary>True if a line is such a header, well-formed or not; anything else is a row of version 1.</summary>
    public static bool IsHeader(ReadOnlySpan<byte> line)
    {
        try
        {
            var json = new JsonRow(line, JsonRow.AnyDepth);
            json.BeginRow();
            while (json.NextKey())
            {
                if (!json.Is("schema"u8))
                {
                    json.Skip();
                    continue;
                }

                json.Read();
                return json.TokenType == JsonTokenType.String && json.IsText("dynamo.agentic_mooncake"u8);
            }
        }
        catch (JsonException)
        {
            // The reader of rows says what is wrong.
        }

        return false;
    }

    /// <summary>Checks a header.</summary>
    /// <returns>Tokens per hash id.</returns>
    /// <exception cref="JsonException">It is malformed or of another version.</exception>
    public static int ParseBlockSize(ReadOnlySpan<byte> line)
    {
        var json = new JsonRow(line, JsonRow.AnyDepth);
        Draft draft = default;
        Fields.ReadRow(ref json, ref draft);
        (uint? version, long? blockSize, string? scope) = (draft.Version, draft.BlockSize, draft.Scope);
        if (version is null) throw JsonRow.Missing("version");
        if (version != Version) throw new JsonException($"'version' is {version}; only version {Version} has a header and is supported");
        if (blockSize is not { } size) throw JsonRow.Missing("block_size");
        if (size is 0 or > int.MaxValue) throw new JsonException($"'block_size' is {size}; it must be from 1 to {int.MaxValue}");
        if (scope is null) throw JsonRow.Missing("hash_id_scope");
        if (scope != Scope) throw new JsonException($"'hash_id_scope' is {Quote.Of(scope)}; only {Quote.Of(Scope)} is supported");
        if (!draft.HasSource) throw JsonRow.Missing("source");
        return (int)size;
    }

    /// <summary>Writes a header as a line.</summary>
    public static void Write(JsonLineWriter json, int blockSize, string sourceFormat, string sourceDigest)
    {
        Fields.Write(json, new Header(blockSize, sourceFormat, sourceDigest));
        json.Raw("\n"u8);
    }

    private static bool ReadSource(ref JsonRow json, ref Draft draft, string name)
    {
        if (!json.IsObject(name)) return false;
        Source.Read(ref json, ref draft);
        CheckFilled("source.format", draft.SourceFormat);
        CheckFilled("source.digest", draft.SourceDigest);
        return draft.HasSource = true;
    }

    private static void CheckFilled(string name, string? text)
    {
        if (text is null) throw JsonRow.Missing(name);
        if (string.IsNullOrWhiteSpace(text)) throw new JsonException($"{Quote.Of(name)} is blank");
    }

    private readonly record struct Header(int BlockSize, string SourceFormat, string SourceDigest);

    private struct Draft
    {
        public uint? Version;
        public long? BlockSize;
        public string? Scope;
        public string? SourceFormat;
        public string? SourceDigest;
        public bool HasSource;
    }
}
