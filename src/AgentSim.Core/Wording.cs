using System.Runtime.CompilerServices;
using System.Text;

namespace AgentSim;

/// <summary>
/// Something that every front end calls by a name of its own: a setting, a value of one, a command. In a message it stands as a
/// placeholder, which the front end replaces where it shows the message (<see cref="Wording"/>).
/// </summary>
public sealed class Term
{
    internal const char Open = '\uFDD0', Between = '\uFDD1', Close = '\uFDD2';   // noncharacters, which no text may hold

    internal Term(string neutral, [CallerMemberName] string name = "") => (Name, Neutral) = (name, neutral);

    /// <summary>What front ends know it by, e.g. <c>TraceBlockSize</c>.</summary>
    public string Name { get; }

    /// <summary>What it is called where no front end has a name for it: in stored texts, and for callers of the library.</summary>
    public string Neutral { get; }

    /// <summary>The placeholder.</summary>
    public override string ToString() => $"{Open}{Name}{Between}{Neutral}{Close}";

    /// <summary>The placeholder, where a text is wanted.</summary>
    /// <param name="term">What is meant.</param>
    public static implicit operator string(Term term) => term?.ToString() ?? "";
}

/// <summary>How a front end calls terms.</summary>
/// <param name="nameOf">The name of a term by that of <see cref="Term.Name"/>; null: the neutral one.</param>
public sealed class Wording(Func<string, string?> nameOf)
{
    /// <summary>The neutral names.</summary>
    public static Wording Neutral { get; } = new(static _ => null);

    /// <summary>The name of a term.</summary>
    /// <param name="term">What is meant.</param>
    public string Of(Term term)
    {
        ArgumentNullException.ThrowIfNull(term);
        return nameOf(term.Name) ?? term.Neutral;
    }

    /// <summary>A message with names in place of placeholders, as one line that can be shown.</summary>
    /// <param name="template">The message.</param>
    internal string Line(string template) => Quote.Line(Replace(template));

    private string Replace(string template)
    {
        int open = template.IndexOf(Term.Open);
        if (open < 0) return template;
        var text = new StringBuilder(template.Length);
        int from = 0;
        for (; open >= 0; open = template.IndexOf(Term.Open, from))
        {
            int between = template.IndexOf(Term.Between, open), close = template.IndexOf(Term.Close, open);
            if (between < 0 || close < between) break;
            text.Append(template, from, open - from);
            text.Append(nameOf(template[(open + 1)..between]) ?? template[(between + 1)..close]);
            from = close + 1;
        }

        return text.Append(template, from, template.Length - from).ToString();
    }
}
