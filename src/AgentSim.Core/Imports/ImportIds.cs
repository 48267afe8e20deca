using System.Globalization;

namespace AgentSim.Imports;

/// <summary>Gives sessions and requests the ids they have in the records: unique, and the same whatever the order of files.</summary>
internal static class ImportIds
{
    /// <summary>Assigns ids.</summary>
    /// <param name="identity">Makes anonymous ids.</param>
    /// <param name="isAnonymous">Whether ids say nothing about the source.</param>
    /// <param name="requests">All requests to write.</param>
    public static void Assign(TextIdentity identity, bool isAnonymous, List<SourceRequest> requests)
    {
        // Two formats may use the same name for a session.
        SourceSession[] sessions = [.. requests.Where(request => request.Session is not null).Select(request => request.Session!)
            .Distinct()];
        HashSet<string> shared = [.. sessions.GroupBy(session => session.Name, StringComparer.Ordinal).Where(group => group.Count() > 1)
            .Select(group => group.Key)];
        foreach (SourceSession session in sessions)
        {
            string name = shared.Contains(session.Name) ? $"{session.Format}:{session.Name}" : session.Name;
            session.Id = isAnonymous ? Hidden(identity, "session", session.Format, session.Name) : name;
        }

        // Requests without a session are named after their file; equal names get a number, by the order of the paths.
        var files = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (SourceRequest request in requests)
        {
            if (request.Session is null) files[request.Place.Path] = Path.GetFileName(request.Place.Path);
        }

        var used = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (string path in files.Keys.ToArray())
        {
            string name = files[path];
            int number = used[name] = used.GetValueOrDefault(name) + 1;
            if (number > 1) files[path] = string.Create(CultureInfo.InvariantCulture, $"{name}~{number}");
        }

        var ids = new HashSet<string>(StringComparer.Ordinal);
        requests.Sort(RequestOrder.Compare);
        foreach (SourceRequest request in requests)
        {
            string place = request.Session?.Name ?? files[request.Place.Path];
            string id = isAnonymous ? Hidden(identity, "request", request.Format, place, request.SourceId)
                : $"{request.Format}:{place}:{request.SourceId}";
            for (int number = 2; !ids.Add(id); number++)
                id = string.Create(CultureInfo.InvariantCulture, $"{request.Format}:{place}:{request.SourceId}~{number}");
            request.RequestId = id;
        }
    }

    /// <summary>A name that says nothing about another one.</summary>
    public static string Hidden(TextIdentity identity, string kind, params ReadOnlySpan<string?> texts) =>
        identity.Of("id", kind, texts).ToString("x16", CultureInfo.InvariantCulture);
}
