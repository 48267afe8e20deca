using System.Globalization;
namespace AgentSim.Imports;

/// <summary>Adds up what an import consists of.</summary>
internal static class SummaryBuilder
{
    private const double LongPauseSeconds = 3600;

    public static ImportSummary Build(ImportSink sink, ImportAssembly assembly, IEnumerable<string> files, List<string> passedOver)
    {
        List<SourceRequest> requests = assembly.Requests;
        SourceSession[] sessions = [.. requests.Where(request => request.Session is not null).Select(request => request.Session!)
            .Distinct()];
        HashSet<SourceSession> written = [.. sessions];
        int subAgents = sessions.Count(session => session.Parent is not null);
        string[] read = [.. files];
        HashSet<string> fruitful = [.. sink.Requests.Select(request => request.Place.Path)];
        double pause = LongestPause(requests);
        int peak = Peak(requests);
        ModelCount[] models = [.. requests.GroupBy(request => request.Model).Select(group => new ModelCount(group.Key, group.Count()))
            .OrderByDescending(model => model.Requests).ThenBy(model => model.Model, StringComparer.Ordinal)];
        var warnings = new List<RunWarning>(sink.Warnings.Select(text => new RunWarning(WarningCodes.ImportDoubtful, text)));
        if (requests.Count(request => request.Output == OutputOrigin.Estimated) is > 0 and int outputs)
            warnings.Add(new RunWarning(WarningCodes.OutputsEstimated,
                $"{outputs} of {requests.Count} output lengths are estimated from the text, because what the recording says cannot be true",
                    outputs));
        if (requests.Count(request => request.Times == TimeOrigin.Estimated) is > 0 and int times)
            warnings.Add(new RunWarning(WarningCodes.TimesEstimated,
                $"{times} of {requests.Count} requests have no recorded start or end; it was estimated", times));
        if (sink.Drops.Where(drop => drop.Reason.IsFault).Sum(drop => drop.Number) is > 0 and long faults)
            warnings.Add(new RunWarning(WarningCodes.RecordingsDamaged,
                $"{faults} faults of the files were passed over or repaired: " +
                    string.Join("; ", sink.Drops.Where(drop => drop.Reason.IsFault)
                        .OrderBy(drop => drop.Reason.Name, StringComparer.Ordinal).Select(drop => $"{drop.Reason.Text}: {drop.Number}")),
                faults));
        if (requests.Count > 1 && peak < 2)
            warnings.Add(new RunWarning(WarningCodes.NothingOverlaps,
                "never more than one request is under way at a time; to load several workers, let the sessions " +
                    "start together or at a rate"));
        if (pause > LongPauseSeconds)
            warnings.Add(new RunWarning(WarningCodes.PausesLong,
                string.Create(CultureInfo.InvariantCulture,
                    $"the longest pause within a session is {pause / 3600:0.0} hours; a replay waits for it " +
                    $"unless idle times and waits for tools are capped")));
        if (models.Length > 1)
            warnings.Add(ModelsMixed(models));
        return new ImportSummary
        {
            Formats = [.. sink.Versions.Select(pair => new ImportedFormat(pair.Key, SourceFormats.Find(pair.Key)?.Title ?? pair.Key,
                [.. pair.Value]))],
            Files = read.Length,
            FilesPassedOver = passedOver,
            FilesWithoutRequests = [.. read.Where(file => !fruitful.Contains(file))
                .Select(file => $"{file}: {sink.Refused.GetValueOrDefault(file, "no request with token counts")}")],
            Sessions = sessions.Length - subAgents,
            SubAgents = subAgents,
            Requests = requests.Count,
            Tools = assembly.Tools.Count,
            TraceBlockSize = assembly.BlockSize,
            PromptTokens = requests.Sum(request => request.InputTokens),
            NewPromptTokens = assembly.NewTokens,
            OutputTokens = requests.Sum(request => request.OutputTokens),
            Prefixes = requests.CountBy(request => request.Prefix).ToDictionary(),
            Outputs = requests.CountBy(request => request.Output).ToDictionary(),
            Times = requests.CountBy(request => request.Times).ToDictionary(),
            Models = models,
            Dropped = [.. sink.Drops.OrderBy(drop => drop.Reason.Name, StringComparer.Ordinal)
                .Select(drop => new ImportDrop(drop.Reason.Name, drop.Reason.Text, drop.Number,
                    [.. drop.Examples.Order(StringComparer.Ordinal)]))],
            FirstStart = requests.Count == 0 ? null : Time(requests.Min(request => request.StartMs)),
            LastEnd = requests.Count == 0 ? null : Time(requests.Max(request => request.EndMs)),
            PeakConcurrency = peak,
            LongestPauseSeconds = pause,
            CutPauses = sink.CutPauses,
            CutToolWaits = sink.CutToolWaits,
            Warnings = warnings,
        };
    }

    private static RunWarning ModelsMixed(ModelCount[] models)
    {
        string list = string.Join(", ", models.Take(6).Select(model => $"{model.Model ?? "(none)"} {model.Requests}"));
        if (models.Length > 6) list += $" and {models.Length - 6} more";
        return new RunWarning(WarningCodes.ModelsMixed,
            $"{models.Length} models are mixed, and a replay takes all of them for one: {list}; name one to leave out the " +
                "requests to the others", models.Length);
    }

    private static DateTimeOffset Time(long milliseconds) =>
        DateTimeOffset.FromUnixTimeMilliseconds(Math.Clamp(milliseconds, DateTimeOffset.MinValue.ToUnixTimeMilliseconds(),
            DateTimeOffset.MaxValue.ToUnixTimeMilliseconds()));

    private static int Peak(List<SourceRequest> requests)
    {
        long[] starts = [.. requests.Select(request => request.StartMs).Order()],
            ends = [.. requests.Select(request => request.EndMs).Order()];
        int peak = 0;
        for (int start = 0, end = 0; start < starts.Length; start++)
        {
            while (end < ends.Length && ends[end] < starts[start]) end++;
            peak = Math.Max(peak, start + 1 - end);
        }

        return peak;
    }

    private static double LongestPause(List<SourceRequest> requests)
    {
        long longest = 0;
        foreach (IGrouping<SourceSession, SourceRequest> tree in requests.Where(request => request.Session is not null)
            .GroupBy(request => request.Session!.Root))
        {
            long busyUntil = long.MaxValue;
            foreach (SourceRequest request in tree.OrderBy(request => request, Comparer<SourceRequest>.Create(RequestOrder.Compare)))
            {
                longest = Math.Max(longest, request.StartMs - Math.Min(busyUntil, request.StartMs));
                busyUntil = busyUntil == long.MaxValue ? request.EndMs : Math.Max(busyUntil, request.EndMs);
            }
        }

        return longest / 1000.0;
    }
}
