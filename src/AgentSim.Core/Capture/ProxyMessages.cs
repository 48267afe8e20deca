using System.Text.Json;
using System.Text.Json.Serialization;

namespace AgentSim.Capture;

/// <summary>
/// What a process and the proxy it started say to each other: lines of JSON. The first line to the proxy holds its
/// settings; then <see cref="StatusRequest"/> or <see cref="StopRequest"/>, and after that <see cref="HurryRequest"/> to break off
/// what is under way at once. When its input ends, the proxy stops, too.
/// </summary>
[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault)]
[JsonSerializable(typeof(ProxySettings))]
[JsonSerializable(typeof(ProxyMessage))]
internal sealed partial class ProxyMessages : JsonSerializerContext
{
    public const string StatusRequest = "status";
    public const string StopRequest = "stop";
    public const string HurryRequest = "hurry";

    public static string Write<T>(T message) => JsonSerializer.Serialize(message, typeof(T), Default);

    /// <summary>The message of a line; null if it is none.</summary>
    public static T? Read<T>(string line)
        where T : class
    {
        try
        {
            return (T?)JsonSerializer.Deserialize(line, typeof(T), Default);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

/// <summary>What a proxy has to know.</summary>
/// <param name="Proxy">What it does.</param>
/// <param name="Sink">Where it writes.</param>
/// <param name="Ledger">The file of its <see cref="ProxyLedger"/>; null if it keeps none.</param>
/// <param name="IsRestart">Whether clients wait for it, so that it listens as soon as it can.</param>
internal sealed record ProxySettings(ProxyOptions Proxy, TraceSinkOptions Sink, string? Ledger = null, bool IsRestart = false);

/// <summary>What a proxy says. Of its properties one is given.</summary>
internal sealed record ProxyMessage
{
    /// <summary>It is ready, and listens here.</summary>
    public string? Address { get; init; }

    /// <summary>Something went wrong; without an address before, the proxy ends.</summary>
    public ProxyProblem? Problem { get; init; }

    /// <summary>The answer to a request, also to the one to stop.</summary>
    public ProxyReport? Report { get; init; }

    /// <summary>That answer where the program is no proxy.</summary>
    public JsonElement? Other { get; init; }
}

/// <summary>An error, as it travels between processes.</summary>
internal sealed record ProxyProblem(string ErrorId, string Message, FaultKind Kind)
{
    public static ProxyProblem Of(AgentSimException error) => new(error.ErrorId, error.Template, error.Kind);

    // A proxy of another version may have identifiers of its own.
    public AgentSimException ToException() => new(Errors.Find(ErrorId) ?? Errors.ProxyEnded, Message, Kind, null);
}

/// <summary>How a proxy stands.</summary>
/// <param name="Counters">What it did.</param>
/// <param name="Sink">What it wrote; null if it ended and nobody knows.</param>
internal sealed record ProxyReport(ProxyCounters Counters, TraceSinkCounters? Sink);
