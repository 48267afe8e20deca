using System.Text;

namespace AgentSim.Fuzz;

/// <summary>Makes a case smaller as long as it shows the same.</summary>
internal sealed class Minimizer(Func<Case, bool> shows)
{
    private int _tries = 120;

    public Case Smallest(Case call)
    {
        for (int i = call.Arguments.Count - 1; i > 0; i--)
        {
            foreach (int count in (int[])[2, 1])
            {
                if (i + count > call.Arguments.Count) continue;
                Case less = call with { Arguments = [.. call.Arguments.Take(i), .. call.Arguments.Skip(i + count)] };
                if (Try(less)) call = less;
            }
        }

        foreach (string name in call.Files.Keys.ToArray())
        {
            Case without = call with { Files = call.Files.Where(file => file.Key != name).ToDictionary() };
            if (Try(without))
            {
                call = without;
                continue;
            }

            string[] lines = Encoding.Latin1.GetString(call.Files[name]).Split('\n');
            for (int size = lines.Length / 2; size > 0; size /= 2)
            {
                for (int at = 0; at + size <= lines.Length && lines.Length > 1;)
                {
                    string[] fewer = [.. lines[..at], .. lines[(at + size)..]];
                    var files = new Dictionary<string, byte[]>(call.Files) { [name] = Encoding.Latin1.GetBytes(string.Join('\n', fewer)) };
                    if (Try(call with { Files = files })) (lines, call) = (fewer, call with { Files = files });
                    else at += size;
                }
            }
        }

        return call;
    }

    private bool Try(Case call) => _tries-- > 0 && shows(call);
}
