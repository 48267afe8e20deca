using AgentSim.Files;
using AgentSim.Rows;

namespace AgentSim.Workload;

/// <summary>
/// Rows of several files as those of one: they know nothing of each other. A name that an earlier file has is changed,
/// wherever it stands in a file, so that rows wait for rows of their own file. Hash ids and rows without a session are told apart where
/// they are numbered (<see cref="RowColumns"/>).
/// </summary>
internal static class SeveralFiles
{
    // What several files hold, one after the other, each with its file if there are several.
    private static IEnumerable<AtLine<T>> Of<T>(IReadOnlyList<string> files, IProgress<long>? progress, Func<string, IProgress<long>?,
        IEnumerable<AtLine<T>>> read)
    {
        if (files.Count == 1) return read(files[0], progress);
        var bytes = new ByteProgress(progress);
        return files.SelectMany(file => read(file, new Total(bytes)).Select(row => row with { Path = file }));
    }

    /// <summary>The rows of files, as rows of one.</summary>
    /// <exception cref="AgentSimException">Files are of different versions or have different block sizes.</exception>
    public static IEnumerable<AtLine<MooncakeRow>> Rows(IReadOnlyList<string> files, IProgress<long>? progress, Func<string,
        IProgress<long>?, IEnumerable<AtLine<MooncakeRow>>> read)
    {
        IEnumerable<AtLine<MooncakeRow>> rows = Of(files, progress, read);
        return files.Count == 1 ? rows : Apart(rows);
    }

    private static IEnumerable<AtLine<MooncakeRow>> Apart(IEnumerable<AtLine<MooncakeRow>> rows)
    {
        var requests = new Names();
        var sessions = new Names();
        var plays = new Names();
        string? file = null;
        MooncakeRow? first = null;
        foreach (AtLine<MooncakeRow> at in rows)
        {
            MooncakeRow row = at.Value;
            if (first is null) first = row.Copy();
            else if (at.Path != file) Check(at, first);
            if (at.Path != file)
            {
                file = at.Path;
                requests.NextFile();
                sessions.NextFile();
                plays.NextFile();
            }

            row.RequestId = requests.Own(row.RequestId);
            row.SessionId = sessions.Own(row.SessionId);
            row.PlayId = plays.Own(row.PlayId);
            if (row.WaitFor.Count > 0) row.WaitFor = [.. row.WaitFor.Select(requests.Other)];
            if (row.Branches.Count > 0) row.Branches = [.. row.Branches.Select(requests.Other)];
            if (row.Dependencies.Count > 0)
                row.Dependencies = [.. row.Dependencies.Select(edge => edge with { RequestId = requests.Other(edge.RequestId) })];
            yield return at;
        }
    }

    private static void Check(AtLine<MooncakeRow> at, MooncakeRow first)
    {
        var place = new RowPlace(at.Path!, at.Line);
        if (at.Value.AgenticVersion != first.AgenticVersion)
            throw place.Error(Errors.RowsMixed,
                "this file has rows of another version than the first file; plain rows and agentic rows of versions 1 and 2 " +
                    "cannot be replayed together");
        if (at.Value.TraceBlockSize != first.TraceBlockSize)
            throw place.Error(Errors.TraceBlockSizeMismatch,
                $"the hash ids of this file stand for {at.Value.TraceBlockSize} tokens, those of the first file for " +
                    $"{first.TraceBlockSize}; replay them one after the other");
    }

    /// <summary>Names of the rows of a file, told apart from those of earlier files.</summary>
    private sealed class Names
    {
        private readonly HashSet<string> _earlier = new(StringComparer.Ordinal);
        private readonly HashSet<string> _current = new(StringComparer.Ordinal);
        private int _file;

        public void NextFile()
        {
            _earlier.UnionWith(_current);
            _current.Clear();
            _file++;
        }

        /// <summary>A name that a row has.</summary>
        public string? Own(string? name)
        {
            if (name is null) return null;
            string own = Other(name);
            _current.Add(own);
            return own;
        }

        /// <summary>A name of another row of the file.</summary>
        public string Other(string name)
        {
            string own = name;
            while (_earlier.Contains(own)) own = $"{own}~{_file}";
            return own;
        }
    }

    private sealed class Total(ByteProgress bytes) : IProgress<long>
    {
        private long _last;

        public void Report(long value)
        {
            bytes.Add((int)(value - _last));
            _last = value;
        }
    }
}
