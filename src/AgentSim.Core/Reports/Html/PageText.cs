namespace AgentSim.Reports.Html;

/// <summary>Text of traces as the page holds it.</summary>
internal static class PageText
{
    private const int MostCharacters = 160;

    /// <summary>A name that may be of any length, cut where it is too long to be read.</summary>
    public static string Short(string text)
    {
        if (text.Length <= MostCharacters) return text;
        int end = char.IsHighSurrogate(text[MostCharacters - 2]) ? MostCharacters - 2 : MostCharacters - 1;
        return text[..end] + "…";
    }
}
