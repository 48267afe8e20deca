using System.Diagnostics;
using System.Reflection;
using System.Runtime.Loader;
using System.Text;

namespace AgentSim.Fuzz;

/// <summary>What a call came to.</summary>
internal sealed record Outcome(int Exit, byte[] Output, byte[] Errors, double Seconds, long PeakBytes);

/// <summary>The program under test: an assembly, called in this process again and again, or a program of its own.</summary>
/// <param name="program">A path; what ends in .dll is an assembly.</param>
/// <param name="outputFile">Where standard output of this process goes.</param>
internal sealed class Target(string program, string outputFile)
{
    private readonly MethodInfo? _main = program.EndsWith(".dll", StringComparison.Ordinal) ? new Loaded(program).Main : null;

    public Outcome Run(string folder, IReadOnlyList<string> arguments) =>
        _main is null ? RunProgram(folder, arguments) : RunHere(folder, arguments);

    private Outcome RunHere(string folder, IReadOnlyList<string> arguments)
    {
        var errors = new StringWriter();
        TextWriter before = Console.Error;
        Console.SetError(errors);
        Directory.SetCurrentDirectory(folder);
        Truncate();
        File.WriteAllText("/proc/self/clear_refs", "5");   // the peak counts from here
        TimeSpan start = Environment.CpuUsage.TotalTime;
        int exit;
        try
        {
            exit = (int)_main!.Invoke(null, [arguments.ToArray()])!;
        }
        catch (TargetInvocationException error)
        {
            errors.WriteLine($"Unhandled exception: {error.InnerException}");
            exit = 134;
        }

        double seconds = (Environment.CpuUsage.TotalTime - start).TotalSeconds;
        Console.Out.Flush();
        Console.SetError(before);
        return new Outcome(exit, File.ReadAllBytes(outputFile), Encoding.UTF8.GetBytes(errors.ToString()), seconds, Peak("self"));
    }

    private static Outcome RunProgram(string folder, IReadOnlyList<string> arguments, string program)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true,
            WorkingDirectory = folder };
        using Process process = Process.Start(start)!;
        Task<byte[]> output = All(process.StandardOutput.BaseStream), errors = All(process.StandardError.BaseStream);
        long peak = 0;
        double seconds = 0;
        while (!process.WaitForExit(peak == 0 ? 1 : 20))
        {
            peak = Math.Max(peak, Peak(process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)));
            seconds = process.TotalProcessorTime.TotalSeconds;
            if (peak > Limits.Bytes || seconds > Limits.Seconds) process.Kill(entireProcessTree: true);
        }

        return new Outcome(process.ExitCode, output.Result, errors.Result, seconds, peak);
    }

    private Outcome RunProgram(string folder, IReadOnlyList<string> arguments) => RunProgram(folder, arguments, program);

    private void Truncate()
    {
        using FileStream file = File.Open(outputFile, FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
        file.SetLength(0);
    }

    /// <summary>The most memory a process had, by its number.</summary>
    public static long Peak(string process)
    {
        try
        {
            string line = File.ReadLines($"/proc/{process}/status").First(line => line.StartsWith("VmHWM:", StringComparison.Ordinal));
            return long.Parse(line[6..^3], System.Globalization.CultureInfo.InvariantCulture) * 1024;
        }
        catch (Exception error) when (error is IOException or InvalidOperationException or UnauthorizedAccessException)
        {
            return 0;   // it has just ended
        }
    }

    private static async Task<byte[]> All(Stream stream)
    {
        using var all = new MemoryStream();
        await stream.CopyToAsync(all);
        return all.ToArray();
    }

    // Any build, of any commit, beside whatever this program itself references.
    private sealed class Loaded : AssemblyLoadContext
    {
        private readonly AssemblyDependencyResolver _resolver;

        public Loaded(string path)
        {
            _resolver = new AssemblyDependencyResolver(path);
            Main = LoadFromAssemblyPath(path).EntryPoint!;
        }

        public MethodInfo Main { get; }

        protected override Assembly? Load(AssemblyName name) =>
            _resolver.ResolveAssemblyToPath(name) is { } path ? LoadFromAssemblyPath(path) : null;

        protected override nint LoadUnmanagedDll(string name) =>
            _resolver.ResolveUnmanagedDllToPath(name) is { } path ? LoadUnmanagedDllFromPath(path) : 0;
    }
}

/// <summary>What no call may take, whatever it is given.</summary>
internal static class Limits
{
    /// <summary>Of memory, beside what the fuzzer itself holds.</summary>
    public const long Bytes = 1_000_000_000 + 200_000_000;

    /// <summary>Of processor time, so that a busy machine makes no findings.</summary>
    public const double Seconds = 10;

    /// <summary>Of time on the clock, for what waits for ever.</summary>
    public const double WaitSeconds = 120;
}
