using System.Globalization;

namespace AgentSim.Tests;

/// <summary>
/// Cultures that write numbers as German, French and Swedish machines do. They are made here, because the tests run without
/// the data of the cultures.
/// </summary>
internal static class Cultures
{
    public static readonly TheoryData<string> Names = new("en-US", "de-DE", "fr-FR", "sv-SE");

    /// <summary>Does something under a culture.</summary>
    public static T Under<T>(string name, Func<T> action)
    {
        CultureInfo before = CultureInfo.CurrentCulture;
        CultureInfo.CurrentCulture = Of(name);
        try
        {
            return action();
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    private static CultureInfo Of(string name)
    {
        var culture = (CultureInfo)CultureInfo.InvariantCulture.Clone();
        if (name == "en-US") return culture;
        culture.NumberFormat.NumberDecimalSeparator = culture.NumberFormat.PercentDecimalSeparator = ",";
        culture.NumberFormat.NumberGroupSeparator = culture.NumberFormat.PercentGroupSeparator = name == "de-DE" ? "." : "\u202f";
        if (name == "sv-SE") culture.NumberFormat.NegativeSign = "\u2212";
        culture.DateTimeFormat.ShortDatePattern = "dd.MM.yyyy";
        return culture;
    }
}
