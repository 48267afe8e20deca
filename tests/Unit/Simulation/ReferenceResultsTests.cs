using System.Text.Json;
using AgentSim.Simulation;
using AgentSim.Tests.Agents;

namespace AgentSim.Tests.Simulation;

/// <summary>
/// Every stored replay case gives the reference's report and request records, and critical paths that are chains from begin to end.
/// </summary>
public sealed class ReferenceResultsTests
{
    public static TheoryData<string> Cases => new(StoredCase.All().Select(stored => stored.Name));

    [Theory]
    [MemberData(nameof(Cases))]
    public void The_case_gives_what_the_reference_gives(string name)
    {
        StoredCase stored = new(name);
        if (stored.IsRefused)
        {
            Assert.Throws<AgentSimException>(stored.Run);
            return;
        }

        ReplayResult result = stored.Run();
        List<string> differences = [.. ResultJson.Differences(stored.ExpectedReport(), ResultJson.Report(result))];
        if (stored.ExpectedRequests() is { } expected) differences.AddRange(RecordDifferences(expected, ResultJson.Requests(result)));
        Assert.True(differences.Count == 0, string.Join('\n', differences.Take(10)));
        if (result.FindAgents() is { } agents) CriticalPathChecks.AreChains(agents, name);
    }

    private static IEnumerable<string> RecordDifferences(IReadOnlyList<JsonElement> expected, List<JsonElement> actual)
    {
        Dictionary<string, JsonElement> byId = actual.ToDictionary(Id);
        if (actual.Count != expected.Count) yield return $"{actual.Count} request records, expected {expected.Count}";
        foreach (JsonElement record in expected)
        {
            if (!byId.TryGetValue(Id(record), out JsonElement other)) yield return $"request {Id(record)} has no record";
            else foreach (string difference in ResultJson.Differences(record, other)) yield return $"request {Id(record)}: {difference}";
        }

        static string Id(JsonElement record) => record.GetProperty("uuid").GetString()!;
    }
}
