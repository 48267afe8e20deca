using System.Runtime.InteropServices;
using System.Text.Json;
using AgentSim.Simulation;
using AgentSim.Statistics;

namespace AgentSim.Reports.Html;

/// <summary>
/// Writes what the page's scripts draw, as JSON that can stand in a script element: <c>&lt;</c>, <c>&gt;</c> and <c>&amp;</c> are
/// escaped. Long columns are little-endian numbers in base64.
/// </summary>
internal static class PageData
{
    private const int LeastBins = 12;
    private const int MostBins = 48;
    private const int CurvePoints = 240;
    private const int LoadSlices = 600;
    private const int ReuseSlices = 120;

    public static void Write(Stream stream, PageContent content)
    {
        // The default encoder escapes everything that means something to HTML.
        using var json = new Utf8JsonWriter(stream);
        json.WriteStartObject();
        json.WriteStartArray("runs");
        foreach (string name in content.Names) json.WriteStringValue(name);
        json.WriteEndArray();
        WriteDistributions(json, content);
        WriteLoad(json, content);
        WriteReuse(json, content);
        json.WriteStartArray("lanes");
        for (int run = 0; run < content.Lanes.Count; run++) LaneData.Write(json, content.Lanes[run], content.Agents[run]);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteDistributions(Utf8JsonWriter json, PageContent content)
    {
        json.WriteStartObject("distributions");
        foreach (PlotDistribution distribution in PlotDistribution.All)
        {
            PlotSamples[] samples = [.. content.Results.Select(distribution.Of)];
            if (ValueGrid.Of(samples, BinsFor(samples)) is not { } bins
                || ValueGrid.Of(samples, CurvePoints, forCounts: false) is not { } curve) continue;
            json.WriteStartObject(distribution.Id);
            json.WriteBoolean("log", bins.IsLogarithmic);
            json.WriteNumber("most", (float)samples.Where(set => set.Count > 0).Max(set => set.Max));
            WriteBounds(json, content, distribution);
            Numbers(json, "edges", bins.Edges);
            Numbers(json, "x", curve.Edges);
            json.WriteStartArray("histogram");
            foreach (PlotSamples set in samples) Numbers(json, null, bins.CountsOf(set).Select(count => Share(count, set)));
            json.WriteEndArray();
            json.WriteStartArray("cdf");
            foreach (PlotSamples set in samples) Numbers(json, null, curve.Edges.Select(value => Share(set.AtMost(value), set)));
            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    // What requests had to keep, as lines in the plots; runs usually have the same.
    private static void WriteBounds(Utf8JsonWriter json, PageContent content, PlotDistribution distribution)
    {
        json.WriteStartArray("bounds");
        foreach (double bound in content.Results.Select(result => result.ServiceLevel is { } level ? distribution.Bound(level) : null)
            .OfType<double>().Distinct()) json.WriteNumberValue(bound);
        json.WriteEndArray();
    }

    // Few samples need wide bins to show a shape.
    private static int BinsFor(PlotSamples[] samples) => Math.Clamp((int)(3.0 * Math.Cbrt(samples.Max(set => set.Count))), LeastBins,
        MostBins);

    // Percent of the samples.
    private static double? Share(long count, PlotSamples set) => set.Count == 0 ? null : 100.0 * count / set.Count;

    private static void WriteLoad(Utf8JsonWriter json, PageContent content)
    {
        json.WriteStartObject("load");
        json.WriteNumber("stepMs", content.EndMs / LoadSlices);
        json.WriteStartArray("runs");
        foreach (ReplayResult result in content.Results)
        {
            WorkerLoad[] workers = WorkerLoad.Of(result, content.EndMs, LoadSlices);
            json.WriteStartArray();
            foreach (WorkerLoad total in WorkerLoad.Totals(workers, result.Workers)) WriteWorker(json, total, isTotal: true);
            foreach (WorkerLoad worker in workers.Take(PageContent.MostWorkers)) WriteWorker(json, worker, isTotal: false);
            json.WriteEndArray();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteWorker(Utf8JsonWriter json, WorkerLoad load, bool isTotal)
    {
        json.WriteStartObject();
        json.WriteString("name", load.Name);
        json.WriteBoolean("total", isTotal);
        Column<float>(json, "running", [.. load.Running.Select(mean => (float)mean)]);
        Column<float>(json, "waiting", [.. load.Waiting.Select(mean => (float)mean)]);
        json.WriteEndObject();
    }

    private static void WriteReuse(Utf8JsonWriter json, PageContent content)
    {
        json.WriteStartObject("reuse");
        json.WriteNumber("stepMs", content.EndMs / ReuseSlices);
        json.WriteStartArray("runs");
        foreach (ReplayResult result in content.Results)
        {
            CacheReuse reuse = CacheReuse.Of(result, content.EndMs, ReuseSlices);
            json.WriteStartObject();
            Numbers(json, "slice", reuse.InSlice.Select(share => share * 100.0));
            Numbers(json, "soFar", reuse.SoFar.Select(share => share * 100.0));
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    /// <summary>A column of numbers in base64.</summary>
    public static void Column<T>(Utf8JsonWriter json, string name, ReadOnlySpan<T> values)
        where T : unmanaged => json.WriteBase64String(name, MemoryMarshal.AsBytes(values));

    private static void Numbers(Utf8JsonWriter json, string? name, IEnumerable<double> values) =>
        Numbers(json, name, values.Select(value => (double?)value));

    // Six digits are more than a plot can show.
    private static void Numbers(Utf8JsonWriter json, string? name, IEnumerable<double?> values)
    {
        if (name is not null) json.WritePropertyName(name);
        json.WriteStartArray();
        foreach (double? value in values)
        {
            if (value is { } number) json.WriteNumberValue((float)number);
            else json.WriteNullValue();
        }

        json.WriteEndArray();
    }
}
