using System.Globalization;

namespace AgentSim.Metrics;

/// <summary>Values in the units that people read: 40.7 ms, 2.52 s, 59 min 12 s, 20.0 %. The same text under every culture.</summary>
internal static class PeopleUnits
{
    private const double Second = 1000.0, Minute = 60.0 * Second, Hour = 60.0 * Minute, Day = 24.0 * Hour;

    /// <summary>A time in its largest unit that leaves something before the point; from a minute on in two units.</summary>
    /// <param name="ms">Milliseconds, finite.</param>
    public static string Duration(double ms)
    {
        double size = Math.Abs(ms);
        if (size < 0.001 && size > 0.0) return $"{ms.ToString("0.##E+0", CultureInfo.InvariantCulture)} ms";
        if (!(size < 1e6 * Day)) return $"{(ms / Day).ToString("0.##E+0", CultureInfo.InvariantCulture)} d";
        if (size < 999.5) return $"{Digits(ms)} ms";
        if (size < 59.995 * Second) return $"{Digits(ms / Second)} s";
        if (size < Hour - 0.5 * Second) return Two(ms, Minute, "min", Second, "s");
        return size < 2.0 * Day ? Two(ms, Hour, "h", Minute, "min") : Two(ms, Day, "d", Hour, "h");
    }

    /// <summary>A share in percent; what is not nothing or all does not look so.</summary>
    /// <param name="share">0 to 1, finite.</param>
    public static string Percent(double share)
    {
        if (share is > 0.0 and < 0.0005) return "<0.1 %";
        if (share is > 0.9995 and < 1.0) return ">99.9 %";
        return $"{(share * 100.0).ToString(share is 0.0 or 1.0 ? "0" : "0.0", CultureInfo.InvariantCulture)} %";
    }

    /// <summary>A number of things with its word: 1 worker, 1,200 workers.</summary>
    public static string Count(long number, string one, string? many = null) =>
        string.Create(CultureInfo.InvariantCulture, $"{number:N0} {(number == 1 ? one : many ?? one + "s")}");

    // Three digits that count.
    private static string Digits(double value)
    {
        double size = Math.Abs(value);
        return value.ToString(size >= 99.95 ? "0" : size >= 9.995 ? "0.#" : size >= 0.995 ? "0.##" : "0.###", CultureInfo.InvariantCulture);
    }

    private static string Two(double ms, double large, string largeName, double small, string smallName)
    {
        double rounded = Math.Round(ms / small), perLarge = large / small;
        double whole = Math.Truncate(rounded / perLarge), rest = Math.Abs(rounded - whole * perLarge);
        string first = $"{whole.ToString("N0", CultureInfo.InvariantCulture)} {largeName}";
        return rest == 0.0 ? first : $"{first} {rest.ToString("0", CultureInfo.InvariantCulture)} {smallName}";
    }
}
