using AgentSim.Statistics;

namespace AgentSim.Reports;

/// <summary>A distribution as a line of block characters for the terminal.</summary>
internal static class Sparkline
{
    private const int Bins = 24;
    /// <summary>Characters of a line.</summary>
    public const int Width = Bins + 3;

    private const string Levels = " ▁▂▃▄▅▆▇█";

    /// <summary>What the lines mean.</summary>
    public const string Legend = "Distribution: number of samples from min to max; ~ on a logarithmic scale, + without the largest 0.5 %";

    /// <summary>One character for each bin between the smallest and the largest sample, and a sign for each exception that <see
    /// cref="Legend"/> names.</summary>
    public static string Of(PlotSamples samples)
    {
        if (ValueGrid.Of([samples], Bins) is not { } grid) return "N/A";
        long[] counts = grid.CountsOf(samples);
        long most = counts.Max();
        // A bin that is not empty shows.
        string bars = string.Concat(counts.Select(count => Levels[(int)((count * (Levels.Length - 1) + most - 1) / most)]));
        return $"{bars.PadRight(Bins)} {(grid.IsLogarithmic ? '~' : ' ')}{(grid.Edges[^1] < samples.Max ? '+' : ' ')}";
    }
}
