using AgentSim.Files;

namespace AgentSim.Workload;

/// <summary>
/// Describes the files of a workload on a thread of its own while their rows are read: loading the cryptographic library of
/// the system alone takes as long as reading a thousand rows.
/// </summary>
internal sealed class InputDigests
{
    private const int PieceSize = 64 << 10;
    private const int MostOpen = 64;   // a process may have a thousand files open

    /// <summary>Of workloads that come from no file.</summary>
    public static readonly InputDigests None = new(() => []);

    private readonly Func<WorkloadInput[]> _wait;

    private InputDigests(Func<WorkloadInput[]> wait) => _wait = wait;

    /// <summary>Starts the work.</summary>
    /// <exception cref="AgentSimException">A file cannot be opened, or not be read twice.</exception>
    public static InputDigests Start(IReadOnlyList<string> files, CancellationToken stop)
    {
        // A file that cannot be opened is refused at once, before the files ahead of it are read. The first ones stay open.
        var open = new List<FileStream>();
        try
        {
            foreach (string file in files)
            {
                FileStream stream = InputFiles.Open(file);
                if (open.Count < MostOpen) open.Add(stream);
                Check(file, stream);
                if (open[^1] != stream) stream.Dispose();
            }
        }
        catch
        {
            open.ForEach(stream => stream.Dispose());
            throw;
        }

        Task<WorkloadInput[]> task = Task.Factory.StartNew<WorkloadInput[]>(
            () => Describe(files, open, stop), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        return new InputDigests(() => task.GetAwaiter().GetResult());
    }

    /// <summary>Of rows or records in memory: the files that those remember, without digests, which may be others by now.</summary>
    /// <param name="items">The file of each, if it came from one, and whether it was changed since.</param>
    public static InputDigests OfMemory(IEnumerable<(string? Path, bool IsEdited)> items) => new(() =>
    [
        .. from item in items
           where !string.IsNullOrEmpty(item.Path)
           group item.IsEdited by item.Path into file
           select new WorkloadInput(file.Key, null, null) { Items = file.Count(), EditedItems = file.Count(isEdited => isEdited) },
    ]);

    /// <summary>The files in their order, when all have been read.</summary>
    /// <exception cref="AgentSimException">One cannot be read.</exception>
    /// <exception cref="OperationCanceledException">The work was stopped.</exception>
    public IReadOnlyList<WorkloadInput> Wait() => _wait();

    private static void Check(string file, FileStream stream)
    {
        if (!stream.CanSeek || IsDevice(stream))
            throw Errors.InputIsPipe.At(file, 0,
                "is a pipe or a device, but is read twice, for its rows and for their digest; write it to a file first");
    }

    // A device has content but no length, and maybe no end.
    private static bool IsDevice(FileStream stream)
    {
        try
        {
            return stream.Length == 0 && stream.ReadByte() >= 0;
        }
        catch (IOException)
        {
            return false;   // whoever reads it says why that cannot be
        }
    }

    private static WorkloadInput[] Describe(IReadOnlyList<string> files, List<FileStream> open, CancellationToken stop)
    {
        try
        {
            var inputs = new WorkloadInput[files.Count];
            for (int i = 0; i < inputs.Length; i++)
            {
                using FileStream stream = i < open.Count ? open[i] : InputFiles.Open(files[i]);
                inputs[i] = Describe(files[i], stream, stop);
            }

            return inputs;
        }
        finally
        {
            open.ForEach(stream => stream.Dispose());
        }
    }

    private static WorkloadInput Describe(string file, FileStream stream, CancellationToken stop)
    {
        using var hash = new FileDigest();
        var piece = new byte[PieceSize];
        long bytes = 0;
        try
        {
            for (int count; (count = stream.Read(piece)) > 0; bytes += count)
            {
                stop.ThrowIfCancellationRequested();
                hash.Append(piece, count);
            }
        }
        catch (IOException error)
        {
            throw Errors.InputUnreadable.At(file, 0, $"cannot be read: {error.Message}", error);
        }

        return new WorkloadInput(file, bytes, hash.Finish());
    }
}
