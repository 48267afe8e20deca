using AgentSim.Files;

namespace AgentSim.Timelines;

/// <summary>The files that a timeline is made from (behaviour 07#B): request traces, or the request records of a replay.</summary>
public static class TimelineSource
{
    /// <summary>
    /// The files that paths stand for, each once, ordered by folder and name: folders stand for their <c>*.jsonl</c> and
    /// <c>*.jsonl.gz</c> files, wildcards for what they match.
    /// </summary>
    /// <param name="paths">Files, folders and wildcards.</param>
    /// <exception cref="AgentSimException">A path does not exist, or there is no file at all; the call is at fault.</exception>
    public static IReadOnlyList<string> Expand(IEnumerable<string> paths)
    {
        ArgumentNullException.ThrowIfNull(paths);
        var files = new List<string>();
        AgentSimException? empty = null;
        foreach (string path in paths)
        {
            try
            {
                files.AddRange(InputFiles.Expand([path]));
            }
            catch (AgentSimException error) when (error.Code == Errors.InputMissing && Directory.Exists(path))
            {
                empty = error;   // other paths may have files
            }
            catch (AgentSimException error)
            {
                throw error.Code.Usage(error.Template);
            }
        }

        if (files.Count == 0) throw Errors.InputMissing.Usage(empty?.Template ?? "there is no input; name files or folders");
        return [.. files.Distinct().OrderBy(file => file.Split(Path.DirectorySeparatorChar, Path.AltDirectorySeparatorChar),
            Comparer<string[]>.Create(ByComponent))];
    }

    private static int ByComponent(string[] a, string[] b)
    {
        for (int i = 0; i < a.Length && i < b.Length; i++)
        {
            int order = string.CompareOrdinal(a[i], b[i]);
            if (order != 0) return order;
        }

        return a.Length.CompareTo(b.Length);
    }
}
