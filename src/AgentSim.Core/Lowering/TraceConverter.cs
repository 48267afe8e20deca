using AgentSim.Collections;
using AgentSim.Files;
using AgentSim.Json;
using AgentSim.Rows;

namespace AgentSim.Lowering;

/// <summary>What to convert.</summary>
/// <param name="InputPaths">Trace files, folders and wildcards, in order (see <see cref="InputFiles.Expand"/>).</param>
/// <param name="OutputPath">The file to write.</param>
/// <param name="IsAgentic">True for agentic traces, false for standard ones; the trace has to agree.</param>
/// <param name="AgenticVersion">Version of agentic rows to write, 1 or 2 (behaviour 01#12).</param>
public sealed record ConvertOptions(IReadOnlyList<string> InputPaths, string OutputPath, bool IsAgentic, int AgenticVersion = 1)
{
    /// <summary>Agentic traces: leaves out requests without a session, which are refused otherwise.</summary>
    public bool DropSessionless { get; init; }

    /// <summary>Reads the whole lines of files whose end is missing, which are refused otherwise.</summary>
    public bool AllowTorn { get; init; }
}

/// <summary>What a conversion wrote.</summary>
/// <param name="Rows">Number of rows.</param>
/// <param name="TraceBlockSize">Tokens per hash id; a replay of the rows needs it.</param>
/// <param name="IsAgentic">Whether the rows are agentic.</param>
/// <param name="SessionlessDropped">Requests that were left out because they belong to no session.</param>
public sealed record ConvertResult(long Rows, int TraceBlockSize, bool IsAgentic, int SessionlessDropped = 0)
{
    /// <summary>Files whose end is missing, of which the whole lines were read.</summary>
    public IReadOnlyList<RunWarning> Warnings { get; init; } = [];
}

/// <summary>Converts Dynamo request traces to a file of Mooncake rows (behaviour 01#5).</summary>
public static class TraceConverter
{
    private const int BatchRows = 128;
    private const int BatchBlocks = 1 << 14;
    private const int TypicalText = 160 << 10;

    /// <summary>Reads and checks all input, then writes the output as a whole; on failure an existing output stays as it was.</summary>
    /// <param name="options">What to convert.</param>
    /// <param name="progress">Told the bytes of input read so far.</param>
    /// <param name="cancel">Ends the conversion with <see cref="OperationCanceledException"/>.</param>
    /// <exception cref="AgentSimException">The input is at fault or the output cannot be written.</exception>
    public static ConvertResult Convert(ConvertOptions options, IProgress<long>? progress = null, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        bool isVersion2 = options.AgenticVersion == 2;
        TornEnds torn = TornEnds.Of(options.AllowTorn);
        var lowering = new TraceLowering(options.AgenticVersion) { DropsSessionless = options.DropSessionless, Torn = torn };
        IReadOnlyList<string> files = InputFiles.Expand(options.InputPaths);
        lowering.AddFiles(files, progress, cancel);
        IEnumerable<MooncakeRow> rows = Rows(lowering, files[0]);
        if (lowering.IsAgentic != options.IsAgentic)
        {
            throw Errors.TraceModeMismatch.Error(lowering.IsAgentic
                ? $"the trace is agentic (its requests have an agent_context); convert it with {Setting.Agentic}"
                : $"the trace is not agentic (its requests have no agent_context); convert it without {Setting.Agentic}");
        }

        long count = 0;
        AtomicFile.Write(options.OutputPath, stream => count = lowering.IsAgentic && isVersion2
            ? AgenticFileWriter.Write(stream, rows, lowering.TraceBlockSize, AgenticHeader.RequestTraceSource, cancel)
            : WriteRows(stream, rows, new EarlyWrites(stream, options.OutputPath), cancel));
        return new ConvertResult(count, lowering.TraceBlockSize, lowering.IsAgentic, lowering.SessionlessDropped)
        {
            Warnings = torn.Warnings().ToArray(),
        };
    }

    /// <summary>The fault of a trace that gave no row, with what its first file seems to be.</summary>
    public static AgentSimException WithAdvice(AgentSimException fault, string firstFile) =>
        FormatAdvice.Add(fault, firstFile, TraceFormat.Dynamo);

    private static IEnumerable<MooncakeRow> Rows(TraceLowering lowering, string firstFile)
    {
        try
        {
            return lowering.CompactRows();
        }
        catch (AgentSimException error) when (error.Code == Errors.TraceEmpty)
        {
            throw WithAdvice(error, firstFile);
        }
    }

    // One thread at a time makes rows, while another puts others into words and this one writes.
    private static long WriteRows(Stream stream, IEnumerable<MooncakeRow> rows, EarlyWrites early, CancellationToken cancel)
    {
        long count = 0;
        foreach (RowText text in Ahead.Map<RowText, RowText>(Batches(rows), static () => static text => text.Write(), Ahead.Threads,
            "row writing", cancel))
        {
            cancel.ThrowIfCancellationRequested();
            stream.Write(text.Written);
            early.Add(text.Written.Length);
            count += text.Rows.Count;
            text.Dispose();
        }

        return count;
    }

    // Few enough blocks in each that the rows on their way take little memory.
    private static IEnumerable<RowText> Batches(IEnumerable<MooncakeRow> rows)
    {
        var pool = new Pool<RowText>(pool => new RowText(pool));
        RowText text = pool.Give();
        long count = 0;
        int blocks = 0;
        foreach (MooncakeRow row in rows)
        {
            text.Rows.Add(row);
            count++;
            blocks += row.HashIds!.Count;
            if (blocks < BatchBlocks && text.Rows.Count < BatchRows) continue;
            yield return text;
            (text, blocks) = (pool.Give(), 0);
            text.FirstRow = count;
        }

        yield return text;
    }

    // Some rows as they stand in the file.
    private sealed class RowText : IDisposable
    {
        private readonly Pool<RowText> _pool;
        private readonly JsonLineWriter _json = new(null, TypicalText);
        private readonly MooncakeRowWriter _writer;

        public RowText(Pool<RowText> pool) => (_pool, _writer) = (pool, new MooncakeRowWriter(_json));

        public List<MooncakeRow> Rows { get; } = new(BatchRows);

        // How many rows come before.
        public long FirstRow { get; set; }

        public ReadOnlySpan<byte> Written => _json.Written;

        public RowText Write()
        {
            _writer.Count = FirstRow;
            foreach (MooncakeRow row in Rows) _writer.Write(row);
            return this;
        }

        public void Dispose()
        {
            Rows.Clear();
            _json.Clear();
            _pool.Take(this);
        }
    }
}
