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
        uint seen = 0;
        long? blockSize = null;
        bool hasSource = false;
        uint? version = null;
        string? scope = null;
        json.BeginRow();
        while (json.NextKey())
        {
            if (json.Is("schema"u8)) json.RequiredText(ref seen, 0, "schema");
            else if (json.Is("version"u8)) version = json.RequiredUInt32(ref seen, 1, "version");
            else if (json.Is("block_size"u8)) blockSize = json.RequiredCount(ref seen, 2, "block_size");
            else if (json.Is("hash_id_scope"u8)) scope = json.RequiredText(ref seen, 3, "hash_id_scope");
            else if (json.Is("source"u8))
            {
                hasSource = json.BeginObject(ref seen, 4, "source");
                if (hasSource) CheckSource(ref json);
            }
            else json.Skip();
        }

        json.EndRow();
        if (version is null) throw JsonRow.Missing("version");
        if (version != Version) throw new JsonException($"'version' is {version}; only version {Version} has a header and is supported");
        if (blockSize is not { } size) throw JsonRow.Missing("block_size");
        if (size is 0 or > int.MaxValue) throw new JsonException($"'block_size' is {size}; it must be from 1 to {int.MaxValue}");
        if (scope is null) throw JsonRow.Missing("hash_id_scope");
        if (scope != Scope) throw new JsonException($"'hash_id_scope' is {Quote.Of(scope)}; only {Quote.Of(Scope)} is supported");
        if (!hasSource) throw JsonRow.Missing("source");
        return (int)size;
    }

    /// <summary>Writes a header as a line.</summary>
    public static void Write(JsonLineWriter json, int blockSize, string sourceFormat, string sourceDigest)
    {
        json.Raw("{\"schema\":"u8);
        json.Text(Schema);
        json.Raw(",\"version\":"u8);
        json.Number((ulong)Version);
        json.Raw(",\"block_size\":"u8);
        json.Number((long)blockSize);
        json.Raw(",\"hash_id_scope\":"u8);
        json.Text(Scope);
        json.Raw(",\"source\":{\"format\":"u8);
        json.Text(sourceFormat);
        json.Raw(",\"digest\":"u8);
        json.Text(sourceDigest);
        json.Raw("}}\n"u8);
    }

    private static void CheckSource(ref JsonRow json)
    {
        uint seen = 0;
        string? format = null, digest = null;
        while (json.NextKey())
        {
            if (json.Is("format"u8)) format = json.RequiredText(ref seen, 0, "source.format");
            else if (json.Is("digest"u8)) digest = json.RequiredText(ref seen, 1, "source.digest");
            else json.Skip();
        }

        CheckFilled("source.format", format);
        CheckFilled("source.digest", digest);
    }

    private static void CheckFilled(string name, string? text)
    {
        if (text is null) throw JsonRow.Missing(name);
        if (string.IsNullOrWhiteSpace(text)) throw new JsonException($"{Quote.Of(name)} is blank");
    }
}
