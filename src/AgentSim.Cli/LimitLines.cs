using AgentSim.Metrics;

namespace AgentSim.Cli;

/// <summary>Which limits were kept, as lines, and the error where one was not.</summary>
internal static class LimitLines
{
    /// <summary>The lines.</summary>
    public static IEnumerable<string> Of(IReadOnlyList<LimitResult> results) =>
        results.Select(result =>
            $"{(result.Passed ? "✓ kept" : "✗ missed")}: {(result.Source is { } source ? $"{source}: " : "")}{result.Message}\n");

    /// <summary>Shows the lines, and fails where a limit was missed.</summary>
    /// <param name="results">The limits.</param>
    /// <param name="show">Shows text.</param>
    /// <exception cref="AgentSimException"><c>LimitMissed</c>.</exception>
    public static void Enforce(IReadOnlyList<LimitResult> results, Action<string> show)
    {
        if (results.Count > 0) show(string.Concat(Of(results)));
        Require(results);
    }

    /// <summary>Fails where a limit was missed.</summary>
    /// <exception cref="AgentSimException"><c>LimitMissed</c>.</exception>
    public static void Require(IReadOnlyList<LimitResult> results)
    {
        int missed = results.Count(result => !result.Passed);
        if (missed > 0)
            throw Errors.LimitMissed.Error(
                $"{missed} of {results.Count} limits missed; the first: {results.First(result => !result.Passed).Message}");
    }
}
