using System.Globalization;
using AgentSim.Files;
using AgentSim.Lowering;
using AgentSim.Rows;
using AgentSim.Traces;

namespace AgentSim.Workload;

/// <summary>Reads workloads from files, or takes them from rows and records in memory.</summary>
public static class WorkloadLoader
{
    private const string InMemory = "rows";
    private const string Lowered = "lowered rows";

    /// <summary>
    /// Reads files as one workload. Those of a request trace are its shards, in the given order; those of recordings are one
    /// import, in any order. Files of rows know nothing of each other: names that an earlier file has, too, are changed, rows
    /// wait for rows of their own file, and hash ids of different files are different blocks.
    /// </summary>
    /// <param name="paths">Files; folders and wildcards stand for their files.</param>
    /// <param name="options">How to read them.</param>
    /// <param name="progress">Told the number of bytes read so far.</param>
    /// <param name="cancellation">Stops the reading.</param>
    /// <exception cref="AgentSimException">A file cannot be read or breaks a rule of its format.</exception>
    public static ReplayWorkload Load(IReadOnlyList<string> paths, WorkloadOptions options, IProgress<long>? progress = null,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        return Collecting(options, collecting => LoadFiles(paths, collecting, progress, cancellation));
    }

    private static ReplayWorkload LoadFiles(IReadOnlyList<string> paths, WorkloadOptions options, IProgress<long>? progress,
        CancellationToken cancellation)
    {
        CheckBlockSize(options);
        UnusedOptions.Warn(options);
        if (options.Format.RecordingName() is { } recording) return Recordings.Load(paths, recording, options, progress, cancellation);
        IReadOnlyList<string> files = InputFiles.Expand(paths);
        if (files.Count == 0) throw Errors.TraceFileCount.Error("there is no file to read; name one");
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        InputDigests inputs = InputDigests.Start(files, stop.Token);
        TornEnds torn = TornEnds.Of(options.AllowTorn);
        try
        {
            ReplayWorkload read = options.Format switch
            {
                TraceFormat.Dynamo => FromTrace(lowering => lowering.AddFiles(files, progress, cancellation), options, inputs, torn,
                    cancellation),
                TraceFormat.AppliedComputeAgentic => FromSessions(files, options, inputs, progress, torn, cancellation),
                _ => FromRows(SeveralFiles.Rows(files, progress, (file, at) =>
                    MooncakeRowReader.ReadPassing(file, options.Format, options.TraceBlockSize, options.OnWarning, at, torn,
                        cancellation)), files[0], options, inputs),
            };
            foreach (RunWarning warning in torn.Warnings()) options.OnWarning?.Invoke(warning);
            return read;
        }
        catch (Exception error)
        {
            stop.Cancel();   // nobody will ask for the digests
            if (error is AgentSimException { InnerException: null } empty && empty.Code == Errors.TraceEmpty)
                throw FormatAdvice.Add(empty, files[0], options.Format);
            if (error is AgentSimException fault && (fault.Code == Errors.RowInvalid || fault.Code == Errors.TraceRowInvalid)
                && files.Select(file => FormatAdvice.OtherFormat(file, options.Format))
                    .FirstOrDefault(other => other is not null) is { } format)
                throw fault.Saying($"{fault.Template}; try {Setting.TraceFormat} {format.Term()}", fault);
            throw;
        }
    }

    /// <summary>Takes rows from memory; agentic rows make an agentic workload.</summary>
    /// <param name="rows">Rows of one dialect.</param>
    /// <param name="traceBlockSize">Tokens per hash id; null: what the rows say, or else 512.</param>
    /// <exception cref="AgentSimException">A row breaks a rule, or dialects or block sizes are mixed.</exception>
    public static ReplayWorkload FromRows(IEnumerable<MooncakeRow> rows, int? traceBlockSize = null) =>
        FromRows(rows, new WorkloadOptions { TraceBlockSize = traceBlockSize });

    /// <summary>Takes rows from memory; agentic rows make an agentic workload.</summary>
    /// <param name="rows">Rows of one dialect.</param>
    /// <param name="options">
    /// The block size, if the rows do not say it, and <see cref="TraceFormat.MooncakeDelta"/> for plain rows that are deltas,
    /// which rows cannot say; otherwise the rows say what they are.
    /// </param>
    /// <param name="cancellation">Stops the work.</param>
    /// <exception cref="AgentSimException">A row breaks a rule, or dialects or block sizes are mixed.</exception>
    public static ReplayWorkload FromRows(IEnumerable<MooncakeRow> rows, WorkloadOptions options, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(rows);
        ArgumentNullException.ThrowIfNull(options);
        CheckBlockSize(options);
        List<MooncakeRow> list = [.. rows];
        int blockSize = options.TraceBlockSize ?? 0;
        foreach (MooncakeRow row in list)
        {
            if (row.AgenticVersion != list[0].AgenticVersion)
                throw Errors.RowsMixed.Error(
                    "plain rows and agentic rows of versions 1 and 2 cannot be replayed together; replay them one after the other");
            if (row.TraceBlockSize == 0) continue;
            if (blockSize == 0) blockSize = row.TraceBlockSize;
            else if (row.TraceBlockSize != blockSize)
                throw Errors.TraceBlockSizeMismatch.Error(
                    $"rows with trace block sizes {blockSize} and {row.TraceBlockSize} cannot be replayed together");
        }

        bool isAgentic = list.Count > 0 && list[0].IsAgentic, isDelta = options.Format == TraceFormat.MooncakeDelta;
        if (isAgentic && isDelta)
            throw Errors.RowsMixed.Error($"these rows are agentic; the trace format {TraceFormat.MooncakeDelta.Term()} is for plain rows");
        if (!isAgentic && list.Count > 0 && options.Format == TraceFormat.AgenticMooncake)
            throw Errors.RowsMixed.Error("these rows are plain, not agentic");
        options = options with
        {
            Format = isAgentic ? TraceFormat.AgenticMooncake : isDelta ? TraceFormat.MooncakeDelta : TraceFormat.Mooncake,
            TraceBlockSize = blockSize == 0 ? null : blockSize,
        };
        return Collecting(options, collecting =>
        {
            UnusedOptions.WarnOfCut(collecting);
            return FromRows(Numbered(list, cancellation), InMemory, collecting,
                InputDigests.OfMemory(list.Select(row => (row.Origin?.Path, row.IsEdited))));
        });
    }

    /// <summary>Takes the records of a request trace from memory; all of them together are one trace.</summary>
    /// <param name="records">Requests and tool events.</param>
    /// <param name="options">The block size to insist on, if any.</param>
    /// <param name="cancellation">Stops the work.</param>
    /// <exception cref="AgentSimException">The records cannot be lowered to rows, or the block size is another.</exception>
    public static ReplayWorkload FromRecords(IEnumerable<TraceRecord> records, WorkloadOptions options,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(records);
        ArgumentNullException.ThrowIfNull(options);
        CheckBlockSize(options);
        var items = new List<(string? Path, bool IsEdited)>();
        return Collecting(options, collecting => FromTrace(Add, collecting, InputDigests.OfMemory(items), torn: null, cancellation));

        void Add(TraceLowering lowering)
        {
            foreach (TraceRecord record in records)
            {
                cancellation.ThrowIfCancellationRequested();
                lowering.Add(record);
                items.Add((record.Path, record.IsEdited));
            }
        }
    }

    internal static ReplayWorkload FromTrace(Action<TraceLowering> add, WorkloadOptions options, InputDigests inputs,
        TornEnds? torn, CancellationToken cancellation)
    {
        // What a request of another model explains is not there to be waited for.
        TraceLowering lowering = new(missing: options.Model is null ? options.MissingDependency : MissingDependency.Drop)
        {
            Model = options.Model,
            DropsSessionless = options.DropSessionless,
            Torn = torn,
        };
        add(lowering);
        TellModels(lowering, options);
        if (lowering.SessionlessDropped > 0) options.OnWarning?.Invoke(lowering.OnSessionless());

        IEnumerable<AtLine<MooncakeRow>> rows = Numbered(lowering.Rows(), cancellation);
        if (lowering.RequestCount > 0 && options.TraceBlockSize is int expected && expected != lowering.TraceBlockSize)
        {
            throw Errors.TraceBlockSizeMismatch.Error(
                $"the trace was recorded with blocks of {lowering.TraceBlockSize} tokens but {Setting.TraceBlockSize} is " +
                    $"{expected}; leave the option out");
        }

        TraceFormat format = options.Format.RecordingName() is null ? TraceFormat.Dynamo : options.Format;
        ReplayWorkload workload = Build(rows, Lowered, options with { Format = format }, Math.Max(1, lowering.TraceBlockSize), inputs);
        workload.Columns.Model = options.Model;
        return workload;
    }

    // A trace may mix models, and a replay has one.
    private static void TellModels(TraceLowering lowering, WorkloadOptions options)
    {
        IReadOnlyList<KeyValuePair<string, int>> models = lowering.Models;
        if (models.Count == 0 || (models.Count == 1 && options.Model is null)) return;
        string list = string.Join(", ", models.Take(6).Select(model =>
            string.Create(CultureInfo.InvariantCulture, $"{model.Key} {model.Value}")));
        if (models.Count > 6) list += $" and {models.Count - 6} more";
        if (options.Model is null)
            options.OnWarning?.Invoke(new RunWarning(WarningCodes.ModelsMixed,
                $"the requests are to {models.Count} models ({list}), and a replay has one; {Setting.Model} chooses one of them",
                    models.Count));
        else if (lowering.RequestCount == 0)
            throw Errors.TraceModelMissing.Error($"no request is to the model {Quote.Of(options.Model)}; there are {list}");
        else if (models.Sum(model => model.Value) - lowering.RequestCount is > 0 and int others)
            options.OnWarning?.Invoke(new RunWarning(WarningCodes.ModelsLeftOut,
                $"{others} requests to other models than {options.Model} are left out ({list}): their load is missing", others));
    }

    private static ReplayWorkload FromRows(IEnumerable<AtLine<MooncakeRow>> rows, string path, WorkloadOptions options,
        InputDigests inputs) =>
        Build(options.MissingDependency == MissingDependency.Drop ? WithoutMissing(rows, options) : rows, path, options,
            options.TraceBlockSize ?? WorkloadOptions.DefaultTraceBlockSize, inputs);

    private static IEnumerable<AtLine<MooncakeRow>> WithoutMissing(IEnumerable<AtLine<MooncakeRow>> rows, WorkloadOptions options)
    {
        AtLine<MooncakeRow>[] all = [.. rows.Select(WithOwnIds)];
        MooncakeRow[] kept = [.. RowDependencies.Drop([.. all.Select(row => row.Value)])];
        int changed = all.Zip(kept, (row, without) => row.Value != without).Count(isChanged => isChanged);
        if (changed > 0)
            options.OnWarning?.Invoke(new RunWarning(WarningCodes.DependenciesDropped,
                $"{changed} {(changed == 1 ? "row waits" : "rows wait")} for requests that are not among the rows; "
                    + "these dependencies are dropped",
                    changed));
        return all.Zip(kept, (row, without) => row with { Value = without });
    }

    // Hash ids are mostly lent, until the next row comes.
    private static AtLine<MooncakeRow> WithOwnIds(AtLine<MooncakeRow> row)
    {
        if (row.Value.HashIds is ArraySegment<ulong> ids) row.Value.HashIds = ids.ToArray();
        return row;
    }

    private static ReplayWorkload FromSessions(IReadOnlyList<string> files, WorkloadOptions options, InputDigests inputs,
        IProgress<long>? progress, TornEnds? torn, CancellationToken cancellation)
    {
        int blockSize = options.TraceBlockSize ?? WorkloadOptions.DefaultTraceBlockSize;
        AppliedComputeExpansion expansion = new(blockSize, options.SharedPrefixRatio, options.PrefixGroups);
        IEnumerable<AtLine<MooncakeRow>> rows = SeveralFiles.Rows(files, progress,
            (file, at) => AppliedComputeReader.Read(file, at, torn, cancellation)
            .SelectMany(session => expansion.Expand(session, new RowPlace(file, session.Line))));
        return Build(rows, files[0], options, blockSize, inputs);
    }

    private static IEnumerable<AtLine<MooncakeRow>> Numbered(IEnumerable<MooncakeRow> rows, CancellationToken cancellation)
    {
        long line = 0;
        foreach (MooncakeRow row in rows)
        {
            cancellation.ThrowIfCancellationRequested();
            yield return new AtLine<MooncakeRow>(row, ++line);
        }
    }

    private static ReplayWorkload Build(IEnumerable<AtLine<MooncakeRow>> rows, string path, WorkloadOptions options, int blockSize,
        InputDigests inputs)
    {
        IWorkloadBuilder? builder = null;
        var survey = new BlockSizeSurvey(path, blockSize, options);
        foreach (AtLine<MooncakeRow> row in rows)
        {
            builder ??= Builder(row.Value, options.Format, blockSize);
            builder.Add(row.Value, new RowPlace(row.Path ?? path, row.Line) { Origin = row.Value.Origin });
            survey.Add(row.Value, row.Line);
        }

        if (builder is null) throw Errors.TraceEmpty.At(path, 0, "there are no rows to replay");
        foreach (RunWarning warning in survey.Warnings()) options.OnWarning?.Invoke(warning);
        return builder.Build(inputs.Wait());
    }

    // What is told while reading stands in the workload afterwards.
    private static ReplayWorkload Collecting(WorkloadOptions options, Func<WorkloadOptions, ReplayWorkload> load)
    {
        var warnings = new List<RunWarning>();
        ReplayWorkload workload = load(options with
        {
            OnWarning = warning =>
            {
                warnings.Add(warning);
                options.OnWarning?.Invoke(warning);
            },
        });
        return new ReplayWorkload(workload.Columns)
        {
            Warnings = warnings,
            AllowsCut = options.AllowCut,
            AllowsTorn = options.AllowTorn,
            DropsSessionless = options.DropSessionless,
            DropsDependencies = options.MissingDependency == MissingDependency.Drop,
        };
    }

    private static IWorkloadBuilder Builder(MooncakeRow first, TraceFormat format, int blockSize) => first.AgenticVersion switch
    {
        0 => new SessionWorkloadBuilder(format, blockSize),
        1 => new AgenticWorkloadBuilder(format, blockSize),
        // The header of a file may say otherwise than the option.
        _ => new PlayWorkloadBuilder(format, first.TraceBlockSize > 0 ? first.TraceBlockSize : blockSize),
    };

    private static void CheckBlockSize(WorkloadOptions options)
    {
        if (options.TraceBlockSize < 1)
            throw Errors.TraceBlockSizeInvalid.Error($"{Setting.TraceBlockSize} must be at least 1 (is {options.TraceBlockSize})");
    }
}
