using AgentSim.Json;

namespace AgentSim.Recording;

/// <summary>Writes one compact JSON object a line for every request that has ended (behaviour 06#7).</summary>
public static class RequestLogWriter
{
    /// <summary>Writes the records, UTF-8 with line feeds.</summary>
    /// <param name="stream">Written to, not closed.</param>
    /// <param name="requests">In the order to write.</param>
    /// <param name="cancellation">Ends the writing.</param>
    public static void Write(Stream stream, IReadOnlyList<RequestResult> requests, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(requests);
        var json = new JsonLineWriter(stream);
        for (int i = 0; i < requests.Count; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            RequestLogFields.All.Write(json, requests[i]);
            json.Raw("\n"u8);
        }

        json.Flush();
    }
}
