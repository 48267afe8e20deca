using System.Globalization;
using System.Text.Json;
using AgentSim.Engines;
using AgentSim.Metrics;
using AgentSim.Routing;

namespace AgentSim.PowerShell;

/// <summary>Where a result comes from, as the default view shows it: a line for everything that was set.</summary>
public static class RunText
{
    /// <summary>The text of the view.</summary>
    /// <param name="run">What to show. Of engines and routers only what is not default appears.</param>
    public static string Of(RunInfo run)
    {
        ArgumentNullException.ThrowIfNull(run);
        var lines = new List<(string Name, string Value)> { ("version", run.Version) };
        lines.AddRange(run.Inputs.Select(input => ("input", input.ToString())));
        lines.AddRange(run.Settings.Where(setting => setting.Value is not null)
            .Select(setting => (setting.Key, Text(setting.Key, setting.Value!))));
        lines.Add(("seed", run.Seed.ToString(CultureInfo.InvariantCulture)));
        if (run.Timing.Length > 0) lines.Add(("timing", run.Timing));
        if (run.Client is { } client) lines.Add(("client", client.ToString()));
        lines.AddRange(run.Failures.Select(failure => ("failed", failure.ToString())));
        if (run.Valid is { } valid) lines.Add(("valid", run.Partial ? "no, interrupted" : valid ? "yes" : "no"));
        lines.AddRange(run.Warnings.Select(warning => ("warning", warning.In(ParameterNames.Wording))));
        int width = lines.Max(line => line.Name.Length);
        return string.Join(Environment.NewLine, lines.Select(line => $"{line.Name.PadRight(width)} : {Quote.Shown(line.Value)}"));
    }

    private static string Text(string name, object value) => value switch
    {
        JsonElement { ValueKind: JsonValueKind.Object } json when name.EndsWith("engine_args", StringComparison.Ordinal) =>
            EngineArguments.Read(json.GetRawText(), name).ToString(),
        JsonElement { ValueKind: JsonValueKind.Object } json => RouterSettings.Parse(json.GetRawText(), name).ToString(),
        _ => Convert.ToString(value, CultureInfo.InvariantCulture) ?? "",
    };
}
