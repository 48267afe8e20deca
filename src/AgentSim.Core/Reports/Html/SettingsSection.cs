using AgentSim.Metrics;
using AgentSim.Workload;

namespace AgentSim.Reports.Html;

/// <summary>Where the runs come from: inputs and every setting, those that differ first.</summary>
internal static class SettingsSection
{
    public static void Write(HtmlWriter page, PageContent content)
    {
        page.Markup("<section id=\"settings\" aria-labelledby=\"settings-title\">\n<h2 " +
            "id=\"settings-title\">Settings and provenance</h2>\n");
        WriteInputs(page, content);
        IReadOnlyDictionary<string, string>[] settings = [.. content.Results.Select(result => Lines(result.Run))];
        string[] names = [.. settings.SelectMany(each => each.Keys).Distinct()];
        string[] differing = [.. names.Where(name => settings.Select(each => each.GetValueOrDefault(name, "")).Distinct().Count() > 1)];
        if (differing.Length > 0) WriteTable(page, "Settings that differ", content.Names, settings, differing);
        string[] rest = [.. names.Except(differing)];
        string[] main = [.. rest.Where(name => !name.Contains('.') && settings[0].GetValueOrDefault(name, "").Length > 0)];
        WriteTable(page, content.Runs.Count > 1 ? "Settings in common" : "Settings", ["Value"], settings, main);
        page.Markup("<details><summary>All other settings</summary>\n");
        WriteTable(page, "All other settings", ["Value"], settings, [.. rest.Except(main)]);
        page.Markup("</details>\n<p class=\"hint\">Plots: uPlot, © Leon Sorokin, MIT licence (in the source of this " +
            "page).</p>\n</section>\n");
    }

    private static Dictionary<string, string> Lines(RunInfo run)
    {
        var lines = new Dictionary<string, string> { ["version"] = run.Version };
        foreach ((string name, string value) in FlatSettings.Of(run)) lines[name] = value;
        lines["router_seed"] = $"{run.Seed}";
        return lines;
    }

    private static void WriteInputs(HtmlWriter page, PageContent content)
    {
        (string Run, WorkloadInput Input)[] inputs = [.. content.Runs.SelectMany((run, i) =>
            run.Result.Run.Inputs.Select(input => (content.Names[i], input)))];
        if (inputs.Length == 0) return;
        page.Markup("<h3>Inputs</h3>\n");
        page.BeginTable("Inputs", "Run");
        page.Markup("<th scope=\"col\">File</th><th scope=\"col\" class=\"number\">Bytes</th><th " +
            "scope=\"col\">SHA-256</th></tr></thead>\n<tbody>\n");
        foreach ((string run, WorkloadInput input) in inputs)
            page.Write($"<tr><td><bdi>{run}</bdi></td><td><bdi>{input.Path}</bdi></td><td " +
                $"class=\"number\">{(input.Bytes is { } bytes ? MetricText.Value(bytes) : "")}</td>" +
                $"<td><code>{input.ThroughMemory ?? input.Sha256}</code></td></tr>\n");
        page.EndTable();
    }

    private static void WriteTable(HtmlWriter page, string title, IReadOnlyList<string> columns, IReadOnlyDictionary<string,
        string>[] settings, string[] names)
    {
        page.Write($"<h3>{title}</h3>\n");
        page.BeginTable(title, "Setting");
        foreach (string column in columns) page.Write($"<th scope=\"col\"><bdi>{column}</bdi></th>");
        page.Markup("</tr></thead>\n<tbody>\n");
        foreach (string name in names)
        {
            page.Write($"<tr><th scope=\"row\"><code>{name}</code></th>");
            foreach (IReadOnlyDictionary<string, string> each in settings.Take(columns.Count))
                page.Write($"<td><bdi>{PageText.Short(Shown(each.GetValueOrDefault(name, "")))}</bdi></td>");
            page.Markup("</tr>\n");
        }

        page.EndTable();
    }

    private static string Shown(string value) => value.Length == 0 ? "not set" : value;
}
