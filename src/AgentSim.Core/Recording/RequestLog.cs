using System.Text.Json;
using AgentSim.Collections;
using AgentSim.Json;

namespace AgentSim.Recording;

/// <summary>Reads the lines that <see cref="RequestLogWriter"/> writes, also the reference's (behaviour 06#7).</summary>
internal static class RequestLogReader
{
    /// <summary>Whether a line looks like the record of a request.</summary>
    public static bool IsRecord(ReadOnlySpan<byte> line)
    {
        try
        {
            var reader = new Utf8JsonReader(line);
            using JsonDocument row = JsonDocument.ParseValue(ref reader);
            return row.RootElement.ValueKind == JsonValueKind.Object
                && row.RootElement.TryGetProperty("arrival_time_ms", out _) && row.RootElement.TryGetProperty("terminal_status", out _);
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)   // the latter: a key with half a surrogate pair
        {
            return false;
        }
    }

    /// <summary>Reads a record; its ordinal is that of its uuid, or its position where uuids are random.</summary>
    /// <param name="line">The line.</param>
    /// <param name="position">Position among all records, from 1.</param>
    /// <param name="path">File of the line, for messages.</param>
    /// <param name="number">Its number there.</param>
    /// <param name="timeProblem">What is wrong with a time in milliseconds, if anything, for callers that cannot use all; null: any number
    /// will do.</param>
    /// <exception cref="AgentSimException">The record is malformed.</exception>
    public static RequestResult Parse(ReadOnlySpan<byte> line, int position, string path, long number, Func<double,
        string?>? timeProblem = null)
    {
        try
        {
            var json = new JsonRow(line, JsonRow.AnyDepth);
            var draft = new RequestLogDraft(timeProblem);
            RequestLogFields.All.ReadRow(ref json, ref draft);
            return draft.ToResult(position);
        }
        catch (JsonException error)
        {
            throw Errors.RequestRecordInvalid.At(path, number, error.Message, error);
        }
    }
}

/// <summary>Writes one compact JSON object a line for every request that has ended (behaviour 06#7).</summary>
public static class RequestLogWriter
{
    private const int PartSize = 128;
    private const int TypicalLength = 920;    // bytes of a record, and the room that one may need, divided
    private const int Divided = 8 * PartSize;   // records that are worth threads

    /// <summary>Writes the records, UTF-8 with line feeds.</summary>
    /// <param name="stream">Written to, not closed.</param>
    /// <param name="requests">In the order to write.</param>
    /// <param name="cancellation">Ends the writing.</param>
    public static void Write(Stream stream, IReadOnlyList<RequestResult> requests, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(requests);
        if (requests.Count < Divided || requests is not RequestResults)
        {
            var json = new JsonLineWriter(stream);
            Write(json, requests, 0, requests.Count, cancellation);
            json.Flush();
            return;
        }

        var pool = new Pool<Part>(pool => new Part(pool));
        IEnumerable<Part> parts = Enumerable.Range(0, (requests.Count + PartSize - 1) / PartSize).Select(part => pool.Give().At(part));
        foreach (Part part in Ahead.Map<Part, Part>(parts, () => part => part.Write(requests, cancellation), Ahead.Threads, "log writing",
            cancellation))
        {
            stream.Write(part.Json.Written);
            part.Dispose();
        }
    }

    private static void Write(JsonLineWriter json, IReadOnlyList<RequestResult> requests, int first, int end,
        CancellationToken cancellation)
    {
        var results = requests as RequestResults;
        for (int i = first; i < end; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            if (results is not null && results.TryWritePlain(json, i)) continue;
            RequestLogFields.All.Write(json, requests[i]);
            json.Raw("\n"u8);
        }
    }

    // Some records that a thread writes.
    private sealed class Part(Pool<Part> pool) : IDisposable
    {
        private int _number;

        public JsonLineWriter Json { get; } = new(null, PartSize * TypicalLength);

        public Part At(int number)
        {
            _number = number;
            return this;
        }

        public Part Write(IReadOnlyList<RequestResult> requests, CancellationToken cancellation)
        {
            int first = _number * PartSize;
            RequestLogWriter.Write(Json, requests, first, Math.Min(first + PartSize, requests.Count), cancellation);
            return this;
        }

        public void Dispose()
        {
            Json.Clear();
            pool.Take(this);
        }
    }
}
