using System.Security.Cryptography;
using AgentSim.Files;

namespace AgentSim.Workload;

/// <summary>
/// Describes the files of a workload on a thread of its own while their rows are read: loading the cryptographic library of
/// the system alone takes as long as reading a thousand rows.
/// </summary>
internal sealed class InputDigests
{
    private const int PieceSize = 64 << 10;

    /// <summary>Of workloads that come from no file.</summary>
    public static readonly InputDigests None = new(Task.FromResult<WorkloadInput[]>([]));

    private readonly Task<WorkloadInput[]> _task;

    private InputDigests(Task<WorkloadInput[]> task) => _task = task;

    /// <summary>Starts the work.</summary>
    /// <exception cref="AgentSimException">A file cannot be opened, or not be read twice.</exception>
    public static InputDigests Start(IReadOnlyList<string> files, CancellationToken stop)
    {
        // A file that cannot be opened is refused at once, before the files ahead of it are read.
        foreach (string file in files)
        {
            using FileStream stream = InputFiles.Open(file);
            if (!stream.CanSeek)
                throw Errors.InputIsPipe.At(file, 0,
                    "is a pipe, but is read twice, for its rows and for their digest; write it to a file first");
        }

        return new InputDigests(Task.Factory.StartNew<WorkloadInput[]>(
            () => [.. files.Select(file => Describe(file, stop))], stop, TaskCreationOptions.LongRunning, TaskScheduler.Default));
    }

    /// <summary>The files in their order, when all have been read.</summary>
    /// <exception cref="AgentSimException">One cannot be read.</exception>
    /// <exception cref="OperationCanceledException">The work was stopped.</exception>
    public IReadOnlyList<WorkloadInput> Wait() => _task.GetAwaiter().GetResult();

    private static WorkloadInput Describe(string file, CancellationToken stop)
    {
        using FileStream stream = InputFiles.Open(file);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var piece = new byte[PieceSize];
        long bytes = 0;
        try
        {
            for (int count; (count = stream.Read(piece)) > 0; bytes += count)
            {
                stop.ThrowIfCancellationRequested();
                hash.AppendData(piece, 0, count);
            }
        }
        catch (IOException error)
        {
            throw Errors.InputUnreadable.At(file, 0, $"cannot be read: {error.Message}", error);
        }

        return new WorkloadInput(file, bytes, Convert.ToHexStringLower(hash.GetHashAndReset()));
    }
}
