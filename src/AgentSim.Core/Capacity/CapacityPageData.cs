using System.Text.Json;

namespace AgentSim.Capacity;

/// <summary>What the scripts of the page draw.</summary>
internal sealed class CapacityPageData(IReadOnlyList<CapacityAnswer> answers)
{
    private readonly CapacityTarget _target = answers[0].Target;

    /// <summary>The metrics of the limits.</summary>
    public IReadOnlyList<string> Metrics { get; } = [.. answers[0].Limits.Select(limit => limit.Metric)];

    /// <summary>What the values count.</summary>
    public string Unit => UnitOf(_target);

    /// <summary>Whether there is a front with a metric to draw.</summary>
    public bool HasFront => Metrics.Count > 0 && answers.Any(answer => answer.Points.Any(point => point.IsOnFront));

    /// <summary>The configurations with a curve of cache sizes, by their place in the list of curves.</summary>
    public IEnumerable<(int Index, string Name)> Caches =>
        answers.Where(answer => answer.Cache is not null).Select((answer, index) => (index, answer.Configuration));

    public static string UnitOf(CapacityTarget target) => target switch
    {
        CapacityTarget.Workers => "workers",
        CapacityTarget.Tasks => "tasks at a time",
        CapacityTarget.Rate => "times the recorded rate",
        _ => "KV blocks",
    };

    /// <summary>JSON that can stand in a script element.</summary>
    public void Write(Stream stream)
    {
        // The default encoder escapes everything that means something to HTML.
        using var json = new Utf8JsonWriter(stream);
        json.WriteStartObject();
        json.WriteString("unit", Unit);
        json.WriteBoolean("log", _target == CapacityTarget.KvBlocks);
        json.WriteStartArray("configurations");
        foreach (CapacityAnswer answer in answers) json.WriteStringValue(answer.Configuration);
        json.WriteEndArray();
        json.WriteStartArray("plots");
        for (int limit = 0; limit < Metrics.Count; limit++) WriteLimit(json, limit);
        json.WriteEndArray();
        if (HasFront) WriteFront(json);
        json.WriteStartArray("caches");
        foreach (CacheCurve cache in answers.Select(answer => answer.Cache).OfType<CacheCurve>()) WriteCache(json, cache);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private void WriteLimit(Utf8JsonWriter json, int limit)
    {
        double[] x = [.. answers.SelectMany(answer => answer.Points).Select(point => point.Value).Distinct().Order()];
        json.WriteStartObject();
        Numbers(json, "x", x.Select(value => (double?)value));
        CapacityMargin first = answers[0].Limits[limit];
        Numbers(json, "bounds", new[] { first.AtLeast, first.AtMost }.Where(bound => bound is not null).Distinct());
        json.WriteStartArray("lines");
        foreach (CapacityAnswer answer in answers)
        {
            ILookup<double, CapacityPoint> points = answer.Points.ToLookup(point => point.Value);
            Numbers(json, null, x.Select(value => points[value].FirstOrDefault()?.Limits[limit].Value));
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private void WriteFront(Utf8JsonWriter json)
    {
        bool byGpus = _target == CapacityTarget.Workers;
        double At(CapacityPoint point) => byGpus ? point.Gpus : point.Value;
        CapacityPoint[] all = [.. answers.SelectMany(answer => answer.Points)];
        double[] x = [.. all.Select(At).Distinct().Order()];
        json.WriteStartObject("front");
        json.WriteString("unit", byGpus ? "GPUs" : Unit);
        Numbers(json, "x", x.Select(value => (double?)value));
        ILookup<double, CapacityPoint> front = all.Where(point => point.IsOnFront).ToLookup(At);
        Numbers(json, "values", x.Select(value => front[value].FirstOrDefault()?.Limits[0].Value));
        json.WriteStartArray("lines");
        foreach (CapacityAnswer answer in answers)
        {
            ILookup<double, CapacityPoint> points = answer.Points.ToLookup(At);
            Numbers(json, null, x.Select(value => points[value].FirstOrDefault()?.Limits[0].Value));
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteCache(Utf8JsonWriter json, CacheCurve cache)
    {
        bool hasBytes = cache.KvBytesPerToken is not null;
        json.WriteStartObject();
        json.WriteString("unit", hasBytes ? "GB" : "KV blocks");
        Numbers(json, "x", cache.Sizes.Select(size => hasBytes ? size.GigaBytes : size.Blocks));
        Numbers(json, "reused", cache.Sizes.Select(size => 100 * size.Reuse));
        Numbers(json, "ideal", cache.Sizes.Select(size => (double?)(100 * size.IdealReuse)));
        json.WriteNumber("infinite", 100 * cache.InfiniteReuse);
        json.WriteNumber("cliff", cache.Sizes.ToList().FindIndex(size => size.Blocks == cache.CliffBlocks));
        json.WriteEndObject();
    }

    private static void Numbers(Utf8JsonWriter json, string? name, IEnumerable<double?> values)
    {
        if (name is null) json.WriteStartArray();
        else json.WriteStartArray(name);
        foreach (double? value in values)
        {
            if (value is { } number && double.IsFinite(number)) json.WriteNumberValue(number);
            else json.WriteNullValue();
        }

        json.WriteEndArray();
    }
}
