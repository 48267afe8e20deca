using System.Globalization;
using System.Management.Automation;
using AgentSim.Agents;

namespace AgentSim.PowerShell;

/// <summary>Sessions and tasks in the cells of default views.</summary>
public static class AgentText
{
    private const int MostIndent = 6;

    /// <summary>Milliseconds as seconds; nothing where they are not known.</summary>
    /// <param name="ms">Milliseconds.</param>
    public static string Seconds(double? ms) => ms is { } known
        ? (known / 1000.0).ToString(known < 9_999_500 ? "N2" : "N0", CultureInfo.InvariantCulture) : "";

    /// <summary>Share of some parts in a critical path, in percent; nothing where it is not known.</summary>
    /// <param name="critical">What the critical path is made of.</param>
    /// <param name="parts">The parts.</param>
    public static string Share(TimeSplit? critical, params TimePart[] parts)
    {
        ArgumentNullException.ThrowIfNull(parts);
        if (critical is null || !(critical.TotalMs > 0) || parts.Any(part => critical[part] is null)) return "";
        return (parts.Sum(part => critical[part]!.Value) / critical.TotalMs * 100.0).ToString("N0", CultureInfo.InvariantCulture);
    }

    /// <summary>Share of prompt tokens found in the prefix cache, in percent.</summary>
    /// <param name="agent">A session or task.</param>
    public static string Reused(PSObject agent)
    {
        var result = (AgentResult)(agent ?? throw new ArgumentNullException(nameof(agent))).BaseObject;
        return result.InputTokens > 0 ? (100.0 * result.ReusedTokens / result.InputTokens).ToString("N0", CultureInfo.InvariantCulture)
            : "";
    }

    /// <summary>The end of a name, which tells more than its beginning.</summary>
    /// <param name="name">The name.</param>
    /// <param name="width">Characters there are.</param>
    public static string End(string name, int width)
    {
        name = Quote.Shown(name);
        return name.Length <= width ? name : "…" + name[^(width - 1)..];
    }

    /// <summary>A session as deep as it is, by what its name adds to that of its parent.</summary>
    /// <param name="session">The session.</param>
    /// <param name="width">Characters there are.</param>
    public static string Indented(PSObject session, int width)
    {
        var result = (SessionResult)(session ?? throw new ArgumentNullException(nameof(session))).BaseObject;
        string name = result.SessionId ?? "", parent = result.ParentSessionId ?? "";
        bool continues = parent.Length > 0 && name.Length > parent.Length && name.StartsWith(parent, StringComparison.Ordinal);
        if (continues && !char.IsLetterOrDigit(name[parent.Length])) name = name[parent.Length..];
        string indent = new(' ', 2 * Math.Min(result.Depth, MostIndent));
        return indent + End(name, width - indent.Length);
    }
}
