using System.Text.Json;
using AgentSim.Simulation;

namespace AgentSim.Tests.Simulation;

/// <summary>Every stored replay case gives the reference's report and request records.</summary>
public sealed class ReferenceResultsTests
{
    public static TheoryData<string> SimulatedCases => Names(IsSimulated);

    public static TheoryData<string> UnsimulatedCases => Names(stored => !IsSimulated(stored));

    [Theory]
    [MemberData(nameof(SimulatedCases))]
    [MemberData(nameof(UnsimulatedCases), Skip = "This engine is not simulated yet.")]
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
    }

    // What is left out here is reported as skipped, never passed over in silence.
    private static bool IsSimulated(StoredCase stored) => stored.EngineName != "sglang";

    private static TheoryData<string> Names(Func<StoredCase, bool> belongs) => new(StoredCase.All().Where(belongs).Select(stored => stored.Name));

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
