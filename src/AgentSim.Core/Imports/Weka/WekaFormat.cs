using System.Globalization;
using System.Text.Json;

namespace AgentSim.Imports.Weka;

/// <summary>
/// Conversations with the ids of their prompt blocks, as WEKA's kv-cache-tester and the collections made with it publish
/// them: a JSON file for each, JSON lines, or arrays. The ids are exact, so nothing about prompts is guessed.
/// </summary>
internal sealed class WekaFormat : ISourceFormat
{
    /// <summary>Entries of a trace that are neither calls nor sub-agents.</summary>
    private static readonly DropReason Unusable = new("unusable_entries", "entries without a time or a token count", IsFault: true);

    public string Name => "weka";

    public string Title => "WEKA traces";

    public bool Recognizes(SourceHead head)
    {
        if (head.Objects.Any(found => found.Has("requests") && (found.Has("hash_id_scope") || found.Has("block_size")))) return true;
        return head.Objects.Any(found => found.Has("requests")) && head.Bytes.IndexOf("\"hash_ids\""u8) >= 0;
    }

    public void Read(IReadOnlyList<string> files, ImportSink sink, CancellationToken cancel)
    {
        sink.NoteVersion(this, null);
        var traces = new List<WekaTrace>();
        foreach (string path in files) ReadFile(path, sink, traces, cancel);
        WekaTimes times = WekaTimes.Decide(traces);
        Explain(traces, times, sink);
        List<(string Name, WekaTrace Trace)> named = Names(traces, sink);
        traces.Clear();
        for (int i = 0; i < named.Count; i++)
        {
            cancel.ThrowIfCancellationRequested();
            new WekaSessions(this, sink, named[i].Trace, times).Add(named[i].Name);
            named[i] = default;   // a large import would otherwise hold everything twice
        }
    }

    private static void ReadFile(string path, ImportSink sink, List<WekaTrace> traces, CancellationToken cancel)
    {
        if (sink.Open(path) is not { } opened) return;
        using SourceBytes source = opened;
        var parser = new WekaParser();
        var json = new JsonPull(source, cancel);
        try
        {
            while (parser.TryRead(ref json, path, out WekaTrace trace))
            {
                if (trace.Calls.Count + trace.Agents.Count > 0) traces.Add(trace);
                if (parser.Unusable > 0)
                {
                    sink.Fault(Unusable, trace.Place.Error(Errors.ImportRowInvalid, 
                        $"{parser.Unusable} entries of this trace have no time or token count; they were left out"));
                }

                if (parser.BrokenOff is not { } error) continue;
                string rest = trace.Calls.Count > 0 ? $"; the {trace.Calls.Count} calls before it were kept" : "";
                long line = json.Line;
                bool isRecovered = false;
                try
                {
                    isRecovered = error is JsonException && json.TryRecover();
                }
                catch (Exception unreadable) when (unreadable is IOException or InvalidDataException)
                {
                    error = unreadable;
                }

                if (error is not JsonException)
                {
                    string reason = $"cannot be read on: {error.Message}{rest}";
                    sink.Fault(DropReason.Malformed, new SourcePlace(path, line).Error(Errors.InputUnreadable, reason, error));
                    break;
                }

                if (!isRecovered)
                {
                    string reason = $"the file ends in the middle of a trace{rest}";
                    sink.Drop(DropReason.Truncated, new SourcePlace(path, line).Error(Errors.ImportRowInvalid, reason, error));
                    break;
                }

                sink.Fault(DropReason.Malformed, new SourcePlace(path, line)
                    .Error(Errors.ImportRowInvalid, $"this is no JSON{rest}", error));
            }
        }
        finally
        {
            json.Dispose();
        }
    }

    // Each trace with a name of its own, in the order of the names. Copies of a trace count once; different traces of one
    // name (parts of data sets number theirs alike) are told apart by what is in them, so that the order of files is no matter.
    private static List<(string Name, WekaTrace Trace)> Names(List<WekaTrace> traces, ImportSink sink)
    {
        var named = new List<(string Name, WekaTrace Trace)>();
        foreach (IGrouping<string, WekaTrace> same in traces.GroupBy(NameOf, StringComparer.Ordinal))
        {
            List<WekaTrace> different = [.. same.GroupBy(trace => trace.Digest).Select(copies => copies.First())];
            long copies = same.Sum(CallCount) - different.Sum(CallCount);
            sink.Drop(DropReason.Repeated, copies);
            foreach (WekaTrace trace in different)
            {
                string suffix = different.Count == 1 ? "" : string.Create(CultureInfo.InvariantCulture, $"~{trace.Digest >> 32:x8}");
                named.Add((same.Key + suffix, trace));
            }
        }

        named.Sort((x, y) => string.CompareOrdinal(x.Name, y.Name));
        return named;
    }

    private static string NameOf(WekaTrace trace) =>
        trace.Id is { Length: > 0 } id ? id : SourceNames.Stem(trace.Place.Path);

    private static long CallCount(WekaThread thread) => thread.Calls.Count + thread.Agents.Sum(CallCount);

    // Markers and inner times mean different things in different collections, and no field says so.
    private static void Explain(List<WekaTrace> traces, WekaTimes times, ImportSink sink)
    {
        if (!traces.Exists(trace => trace.Agents.Count > 0)) return;
        string marker = times.IsEnd ? "end" : "start", from = times.IsRelative ? "agent" : "trace";
        sink.Warnings.Add("WEKA traces do not say what the times of sub-agents mean; by what fits, "
            + FormattableString.Invariant(
                $"a marker has the time of the agent's {marker} ({times.FitAsEnd} fit as ends, {times.FitAsStart} as starts), ")
            + $"and the times of its calls count from the start of the {from}");
        if (!times.IsContradictory) return;
        sink.Warnings.Add("some WEKA traces count the times in sub-agents from the agent's start, others from the trace's; "
            + "all were taken for the former: import them separately");
    }
}
