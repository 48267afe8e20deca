namespace AgentSim.Tests.Architecture;

/// <summary>Lists that are written down beside these tests and rewritten where <c>AGENTSIM_WRITE_BASELINES</c> is 1.</summary>
internal static class Baseline
{
    /// <summary>Checks that a list is the one that is written down.</summary>
    public static void Check(string file, IEnumerable<string> lines)
    {
        string path = TestData.PathOf($"../Architecture/{file}");
        string[] actual = [.. lines];
        if (Environment.GetEnvironmentVariable("AGENTSIM_WRITE_BASELINES") == "1")
            File.WriteAllText(path, string.Join('\n', actual) + "\n");
        string[] expected = File.ReadAllLines(path);
        string[] added = [.. actual.Except(expected)], gone = [.. expected.Except(actual)];
        Assert.True(
            added.Length == 0 && gone.Length == 0 && actual.Length == expected.Length,
            $"{file} says otherwise; if the change is meant, run this test with AGENTSIM_WRITE_BASELINES=1.\n"
            + $"New:\n{string.Join('\n', added)}\nGone:\n{string.Join('\n', gone)}");
    }
}
