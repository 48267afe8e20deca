using System.Text.Json;
using AgentSim.Agents;

namespace AgentSim.Reports.Html;

/// <summary>
/// The critical paths of tasks as the lanes draw them: stretches of time in the rows of requests, task by task in the order of time.
/// </summary>
internal static class LanePaths
{
    /// <summary>
    /// Writes the columns <c>pathTask</c>, <c>pathAt</c> (place of the request in the lanes), <c>pathBegin</c> and <c>pathEnd</c>.
    /// </summary>
    /// <param name="json">Written to.</param>
    /// <param name="agents">The tasks; null: there are none.</param>
    /// <param name="placeOf">Places of the requests that the lanes show, by ordinal.</param>
    public static void Write(Utf8JsonWriter json, AgentResults? agents, IReadOnlyDictionary<int, int> placeOf)
    {
        List<int> tasks = [], places = [];
        List<double> begins = [], ends = [];
        for (int task = 0; task < (agents?.Tasks.Count ?? 0); task++)
        {
            foreach (PathLink link in agents!.Tasks[task].CriticalPath)
            {
                if (!placeOf.TryGetValue(link.Ordinal, out int place)) continue;
                // The links of one request are one stretch.
                if (tasks.Count > 0 && tasks[^1] == task && places[^1] == place && ends[^1] == link.BeginMs)
                {
                    ends[^1] = link.EndMs;
                    continue;
                }

                tasks.Add(task);
                places.Add(place);
                begins.Add(link.BeginMs);
                ends.Add(link.EndMs);
            }
        }

        PageData.Column<int>(json, "pathTask", [.. tasks]);
        PageData.Column<int>(json, "pathAt", [.. places]);
        PageData.Column<double>(json, "pathBegin", [.. begins]);
        PageData.Column<double>(json, "pathEnd", [.. ends]);
    }
}
