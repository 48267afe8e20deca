using System.Text;

namespace AgentSim.Tests.Imports;

/// <summary>
/// Texts whose tokens are known: each token is a word of its own, long or short, so that estimates by characters are wrong by
/// as much as real ones.
/// </summary>
internal sealed class TokenText(Random random)
{
    private int _next = 1;

    /// <summary>So many tokens that were never there before.</summary>
    public int[] Tokens(int count) => [.. Enumerable.Range(0, count).Select(_ => _next++)];

    /// <summary>Between so many tokens.</summary>
    public int[] Tokens(int least, int most) => Tokens(random.Next(least, most + 1));

    /// <summary>The text of tokens.</summary>
    public static string Text(IEnumerable<int> tokens)
    {
        var text = new StringBuilder();
        foreach (int token in tokens)
        {
            for (int rest = token; rest > 0; rest /= 26) text.Append((char)('a' + (rest % 26)));
            text.Append('x', token % 5).Append(' ');
        }

        return text.ToString();
    }
}
