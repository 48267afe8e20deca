using System.IO.Compression;
using AgentSim.Files;
using AgentSim.Recording;
using AgentSim.Rows;
using AgentSim.Traces;

namespace AgentSim.Timelines;

/// <summary>A timeline that was written.</summary>
/// <param name="Items">Requests and tool calls in it.</param>
/// <param name="Files">Files it was made from.</param>
public sealed record TimelineSummary(int Items, int Files)
{
    /// <summary>Files whose end is missing, of which the whole lines were read.</summary>
    public IReadOnlyList<RunWarning> Warnings { get; init; } = [];
}

/// <summary>Makes timelines of files: of request traces, or of the request records that one replay left.</summary>
public sealed class TimelineExport
{
    private readonly TimelineOptions _options;
    private readonly TraceTimeline _trace;
    private readonly List<RequestResult> _requests = [];
    private readonly TornEnds _torn;
    private readonly List<string> _traceFiles = [];
    private string? _log;
    private string? _other;   // a file that is neither

    private TimelineExport(TimelineOptions options) =>
        (_options, _trace, _torn) = (options, new TraceTimeline(options), TornEnds.Of(options.AllowTorn));

    /// <summary>Reads files and writes their timeline, which appears only when all went well.</summary>
    /// <param name="files">Request traces, or one file of request records; what a file holds shows in its first line.</param>
    /// <param name="output">The file to write, gzipped if its name ends in <c>.gz</c>.</param>
    /// <param name="options">What to show.</param>
    /// <param name="progress">Told the bytes read so far over all files.</param>
    /// <param name="cancel">Ends the work.</param>
    /// <exception cref="AgentSimException">A file cannot be read or written, or holds something else.</exception>
    public static TimelineSummary Run(
        IReadOnlyList<string> files, string output, TimelineOptions options, IProgress<long>? progress = null,
            CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(files);
        var export = new TimelineExport(options);
        var bytes = new ByteProgress(progress);
        foreach (string file in files) export.Read(file, bytes, cancel);
        if (export._other is not null) throw NothingIn(export._other);
        // A shard may be empty, but not all there is.
        if (export._log is null && export._traceFiles.Count == 0 && files.Count > 0) throw NothingIn(files[0]);
        int others = export._traceFiles.Count - 1;
        if (others >= 0 && export._trace.Nothing is { } nothing)
            throw Errors.TimelineInputInvalid.At(export._traceFiles[0], 0,
                others == 0 ? nothing : $"{nothing}, the {others} other {(others == 1 ? "file" : "files")} included");
        int items = 0;
        TimelineFile.Write(output, stream => items = export.Write(stream, cancel));
        return new TimelineSummary(items, files.Count) { Warnings = export._torn.Warnings().ToArray() };
    }

    private void Read(string file, ByteProgress bytes, CancellationToken cancel)
    {
        using var lines = new LineReader(file, bytes.Add, _torn, cancel: cancel);
        if (!lines.Read()) return;
        bool isLog = RequestLogReader.IsRecord(lines.Line);
        CheckAlone(isLog, file);
        bool gave = false;
        do
        {
            if (isLog) _requests.Add(RequestLogReader.Parse(lines.Line, _requests.Count + 1, file, lines.LineNumber, EventTime.Problem));
            else gave |= AddLine(lines, file);
        }
        while (lines.Read());
        if (!isLog && !gave) _other ??= file;
    }

    private bool AddLine(LineReader lines, string file)
    {
        try
        {
            return _trace.AddLine(lines.Line.ToArray(), new TracePlace(file, lines.LineNumber));
        }
        catch (AgentSimException error)
        {
            throw FormatAdvice.Add(error, lines.Line, TraceFormat.Dynamo);
        }
    }

    private static AgentSimException NothingIn(string file) => FormatAdvice.Add(
        Errors.TimelineInputInvalid.At(file, 0, "there is nothing to show: no record of a request trace and no request record of a replay"),
            file, TraceFormat.Dynamo);

    private void CheckAlone(bool isLog, string file)
    {
        string? other = isLog ? _log ?? _traceFiles.FirstOrDefault() : _log;
        if (other is not null) throw Errors.TimelineInputMixed.At(file, 0,
            $"the request records of a replay make a timeline of their own; leave out this file or {other}");
        if (isLog) _log = file;
        else _traceFiles.Add(file);
    }

    private int Write(Stream stream, CancellationToken cancel)
    {
        if (_log is null) return _trace.Write(stream, cancel);
        new ReplayTimeline(_requests, _options).Write(stream, null, cancel);
        return _requests.Count;
    }
}

/// <summary>What a timeline shows beside the requests and tools themselves (behaviour 07#B).</summary>
public sealed record TimelineOptions
{
    /// <summary>Slices for the stages of a request: waiting, prefill, decode.</summary>
    public bool Stages { get; init; } = true;

    /// <summary>An instant at the first token of every request.</summary>
    public bool FirstTokenMarkers { get; init; }

    /// <summary>Reads the whole lines of files whose end is missing, which are refused otherwise.</summary>
    public bool AllowTorn { get; init; }

    /// <summary>Indents by two blanks and sorts all keys, to be read by people and compared by tools.</summary>
    public bool Indented { get; init; }
}

/// <summary>Writes the file of a timeline: whole or not at all, gzipped if its name ends in <c>.gz</c>.</summary>
public static class TimelineFile
{
    /// <summary>Writes a file; missing folders are created.</summary>
    /// <param name="path">The file.</param>
    /// <param name="write">Writes the timeline. When it throws, an existing file stays as it was.</param>
    /// <exception cref="AgentSimException">The file cannot be written.</exception>
    public static void Write(string path, Action<Stream> write)
    {
        using var files = new OutputSet();
        Write(files, path, write);
        files.Commit();
    }

    /// <summary>Writes a file as one of several.</summary>
    /// <param name="files">The files that appear together.</param>
    /// <param name="path">The file.</param>
    /// <param name="write">Writes the timeline.</param>
    /// <exception cref="AgentSimException">The file cannot be written.</exception>
    public static void Write(OutputSet files, string path, Action<Stream> write)
    {
        ArgumentNullException.ThrowIfNull(files);
        ArgumentNullException.ThrowIfNull(path);
        ArgumentNullException.ThrowIfNull(write);
        files.Write(path, stream =>
        {
            if (!path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase))
            {
                write(stream);
                return;
            }

            using var gzip = new GZipStream(stream, CompressionLevel.Optimal, leaveOpen: true);
            write(gzip);
        });
    }
}
