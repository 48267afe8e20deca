using AgentSim.Reports;
using AgentSim.Routing;

namespace AgentSim.Sweeps;

/// <summary>What was combined in the rows of a sweep, by the names that files and tables have for it.</summary>
internal static class SweepColumns
{
    private static readonly (string Name, Func<SweepRow, object?> Value)[] All =
    [
        ("engine", row => row.Engine),
        ("prefill_engine", row => row.PrefillEngine),
        ("workers", row => row.Workers),
        ("prefill_workers", row => row.PrefillWorkers),
        ("router_mode", row => row.RouterMode == Simulation.RouterMode.KvRouter ? "kv_router" : "round_robin"),
        ("router_config", row => row.RouterConfig == RouterSettings.Default.ToString() ? "" : row.RouterConfig),
        ("router_seed", row => row.RouterSeed),
        ("replay_concurrency", row => row.Concurrency),
        ("arrival_speedup_ratio", row => row.ArrivalSpeedupRatio),
        ("knobs", row => row.Knobs),
    ];

    /// <summary>All of them, of one row, as text; a value that was not given is empty.</summary>
    public static IEnumerable<(string Name, object? Value)> Of(SweepRow row) => All.Select(column => (column.Name, column.Value(row)));

    /// <summary>Those in which rows differ.</summary>
    public static IReadOnlyList<(string Name, Func<SweepRow, string> Text)> Differing(IReadOnlyList<SweepRow> rows) =>
    [
        .. from column in All
           where rows.Select(row => CsvText.Of(column.Value(row))).Distinct().Count() > 1
           select (column.Name, (Func<SweepRow, string>)(row => CsvText.Of(column.Value(row)))),
    ];
}
