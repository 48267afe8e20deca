using System.Globalization;
using System.Net;
using System.Text.Json;
using AgentSim.Imports;
using AgentSim.Metrics;

namespace AgentSim.Live;

/// <summary>What a server says of itself: its models and its metrics.</summary>
internal static class ServerFacts
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    private static readonly TimeSpan HurriedLimit = TimeSpan.FromMilliseconds(200);

    // Of the many numbers of a server those that say how it did.
    private static readonly string[] Telling = ["cache", "preempt", "prefix", "token", "request", "running", "waiting", "block"];

    /// <summary>Asks the server before a run.</summary>
    /// <exception cref="AgentSimException">It cannot be reached, refuses the key, or does not have the model.</exception>
    public static RunServer Ask(LiveClient client, LiveSettings settings, CancellationToken cancellation)
    {
        (HttpStatusCode status, string? header, string text) = Get(client, "v1/models", settings, cancellation);
        if (status is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden)
        {
            throw Errors.LiveServerRefused.Error(settings.Key is null
                ? $"{settings.Endpoint} asks for an API key ({(int)status}); name the environment variable that holds it"
                : $"{settings.Endpoint} refuses the API key ({(int)status})");
        }

        (string? engine, long? longest) = status == HttpStatusCode.OK ? FindModel(text, client, settings) : (null, null);
        var server = new RunServer(settings.Endpoint.ToString(), settings.Model)
        {
            Header = header,
            Engine = engine,
            MaxModelLen = longest,
        };
        Dictionary<string, double> metrics = Metrics(client, Limit, cancellation);
        (long? blocks, long? size) = Cache(metrics);
        return server with
        {
            NumGpuBlocks = blocks,
            BlockSize = size,
            Metrics = (ServerMetric[])[.. metrics.Select(metric => new ServerMetric(metric.Key, metric.Value, null))],
        };
    }

    /// <summary>Adds the metrics after a run.</summary>
    /// <param name="client">What asks.</param>
    /// <param name="server">What is known of the server.</param>
    /// <param name="isHurried">Whether someone waits for the end.</param>
    public static RunServer AskAgain(LiveClient client, RunServer server, bool isHurried)
    {
        if (server.Metrics.Count == 0) return server;
        Dictionary<string, double> after = Metrics(client, isHurried ? HurriedLimit : Limit, CancellationToken.None);
        IEnumerable<ServerMetric> before = server.Metrics.Select(metric =>
            metric with { After = after.Remove(metric.Name, out double value) ? value : null });
        return server with
        {
            Metrics = (ServerMetric[])[.. before, .. after.Select(metric => new ServerMetric(metric.Key, null, metric.Value))],
        };
    }

    /// <summary>KV blocks and tokens in each, as vLLM and SGLang say them; null where they do not.</summary>
    internal static (long? Blocks, long? Size) Cache(Dictionary<string, double> metrics)
    {
        foreach ((string name, double value) in metrics)
        {
            if (name.Contains("cache_config_info{", StringComparison.Ordinal))
                return (Label(name, "num_gpu_blocks"), Label(name, "block_size"));
            // SGLang counts tokens, and its pages are of one unless it is told otherwise.
            if (name.StartsWith("sglang:max_total_num_tokens", StringComparison.Ordinal)) return ((long)value, 1);
        }

        return (null, null);
    }

    /// <summary>The numbers of a page of metrics that say how the server did.</summary>
    internal static Dictionary<string, double> Parse(string page)
    {
        var metrics = new Dictionary<string, double>(StringComparer.Ordinal);
        foreach (string line in page.Split('\n'))
        {
            if (line.Length == 0 || line[0] == '#') continue;
            int end = line.LastIndexOf('}') is >= 0 and int brace ? brace + 1 : line.IndexOf(' ', StringComparison.Ordinal);
            if (end <= 0 || end >= line.Length) continue;
            string name = line[..end];
            string plain = name.Split('{')[0];
            if (plain.EndsWith("_bucket", StringComparison.Ordinal) || plain.EndsWith("_created", StringComparison.Ordinal)) continue;
            if (!Array.Exists(Telling, word => plain.Contains(word, StringComparison.Ordinal))) continue;
            string value = line[end..].Trim().Split(' ')[0];
            if (double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) && double.IsFinite(number))
                metrics[name] = number;
        }

        return metrics;
    }

    private static Dictionary<string, double> Metrics(LiveClient client, TimeSpan limit, CancellationToken cancellation)
    {
        try
        {
            (HttpStatusCode status, _, string text) = client.Get("metrics", limit, cancellation).GetAwaiter().GetResult();
            return status == HttpStatusCode.OK ? Parse(text) : [];
        }
        catch (Exception error) when (error is HttpRequestException or IOException
            || (error is OperationCanceledException && !cancellation.IsCancellationRequested))
        {
            return [];
        }
    }

    private static (HttpStatusCode Status, string? Header, string Text) Get(
        LiveClient client, string path, LiveSettings settings, CancellationToken cancellation)
    {
        try
        {
            return client.Get(path, Limit, cancellation).GetAwaiter().GetResult();
        }
        catch (Exception error) when (error is HttpRequestException or IOException
            || (error is OperationCanceledException && !cancellation.IsCancellationRequested))
        {
            string name = LiveFailure.Of(error, hasAnswer: false) ?? LiveFailure.TimedOut;
            throw Errors.LiveServerUnreachable.Error(
                $"{settings.Endpoint} cannot be reached: {name}; start the server, or name another", inner: error);
        }
    }

    // Whom the list names as the owner of the model, and the longest sequence that it takes.
    private static (string? Owner, long? Longest) FindModel(string text, LiveClient client, LiveSettings settings)
    {
        List<string> models = [];
        try
        {
            using JsonDocument document = JsonDocument.Parse(text);
            foreach (JsonElement model in document.RootElement.Get("data").Items())
            {
                if (model.Text("id") is not { } id) continue;
                models.Add(id);
                if (models[^1] != settings.Model) continue;
                return (model.Text("owned_by"), model.Number("max_model_len"));
            }
        }
        catch (JsonException)
        {
            return (null, null);
        }

        if (models.Count == 0) return (null, null);
        string known = string.Join(", ", models.Take(5).Select(model => Quote.Of(client.Short(model))));
        throw Errors.LiveServerRefused.Error($"{settings.Endpoint} has no model {Quote.Of(settings.Model)}; it has {known}");
    }

    private static long? Label(string name, string label)
    {
        int at = name.IndexOf($"{label}=\"", StringComparison.Ordinal);
        if (at < 0) return null;
        at += label.Length + 2;
        int end = name.IndexOf('"', at);
        return end > at && long.TryParse(name.AsSpan(at, end - at), CultureInfo.InvariantCulture, out long value) ? value : null;
    }
}
