using AgentSim.Capture;
using AgentSim.Imports;
using AgentSim.Lowering;
using AgentSim.Rows;
using AgentSim.Simulation;
using AgentSim.Traces;
using AgentSim.Workload;

namespace AgentSim.Tests.Imports;

/// <summary>Imports files and checks what has to hold for every import.</summary>
internal sealed record ImportLab(ImportSummary Summary, List<RequestRecord> Requests, List<ToolRecord> Tools, byte[] Bytes)
{
    /// <summary>Imports with the usual options.</summary>
    public static ImportLab Read(params string[] paths) => Read(new ImportOptions(), paths);

    /// <summary>
    /// Imports, and asserts that lengths are the reported totals, hashes as many as blocks, ids unique, and that what is
    /// written converts to rows of both versions and replays.
    /// </summary>
    public static ImportLab Read(ImportOptions options, params string[] paths)
    {
        LogImport import = LogImport.Read(paths, options);
        List<TraceRecord> records = [.. import.Records()];
        List<RequestRecord> requests = [.. records.OfType<RequestRecord>()];
        Assert.Equal(import.Summary.Requests, requests.Count);
        foreach (RequestRecord request in requests)
        {
            Assert.Equal(request.InputTokens, (ulong?)request.InputLength);
            Assert.Equal((request.InputLength + import.TraceBlockSize - 1) / import.TraceBlockSize, request.InputSequenceHashes!.Length);
            Assert.True(request.ReceivedUnixMs >= 0 && request.EventUnixMs >= request.ReceivedUnixMs);
        }

        Assert.Equal(requests.Count, requests.Select(request => request.RequestId).Distinct().Count());
        using var folder = new TempFolder();
        string[] files = [.. TraceFileWriter.Write(import.Records(), folder.File("out"))];
        foreach (int version in (int[])[1, 2])
        {
            bool isAgentic = requests.Exists(request => request.SessionId is not null);   // tables without sessions make plain rows
            // rows of version 2 have to name one
            if (version == 2 && (!isAgentic || requests.Exists(request => request.Model is null))) continue;
            ConvertResult converted = TraceConverter.Convert(new ConvertOptions(files, folder.File("rows.jsonl"), IsAgentic: isAgentic,
                AgenticVersion: version));
            Assert.Equal(requests.Count, converted.Rows);
        }

        ReplayWorkload workload = WorkloadLoader.Load(files, new WorkloadOptions { Format = TraceFormat.Dynamo });
        Assert.Equal(requests.Count, Replay.Run(workload, new ReplaySettings()).Requests.Count);
        byte[] bytes = [.. files.SelectMany(File.ReadAllBytes)];
        return new ImportLab(import.Summary, requests, [.. records.OfType<ToolRecord>()], bytes);
    }

    /// <summary>The request of an id.</summary>
    public RequestRecord this[string id] => Requests.Single(request => request.RequestId == id);

    /// <summary>Leading blocks that two prompts share.</summary>
    public static int Shared(RequestRecord x, RequestRecord y) =>
        x.InputSequenceHashes!.Zip(y.InputSequenceHashes!).TakeWhile(pair => pair.First == pair.Second).Count();

    /// <summary>How often something was left out.</summary>
    public long Dropped(string name) => Summary.Dropped.SingleOrDefault(drop => drop.Name == name)?.Count ?? 0;

    /// <summary>Share of the prompt tokens that a cache without end would have had.</summary>
    public double Reuse()
    {
        var seen = new HashSet<ulong>();
        double reused = 0;
        foreach (RequestRecord request in Requests.OrderBy(request => request.ReceivedUnixMs))
        {
            reused += request.InputSequenceHashes!.TakeWhile(seen.Contains).Count() * Summary.TraceBlockSize;
            seen.UnionWith(request.InputSequenceHashes!);
        }

        return reused / Requests.Sum(request => request.InputLength);
    }
}
