using System.Diagnostics;
using System.Text;
using System.Text.Json;

namespace AgentSim.Fuzz;

/// <summary>A worker process, started anew whenever a run ended or spoilt the last one.</summary>
internal sealed class Session(string program, string folder, ulong seed) : IDisposable
{
    private const int RunsOfOne = 2000;
    private Process? _process;
    private int _runs;

    /// <summary>Runs a case: the number of a run, or <c>c</c> and the folder of a saved case.</summary>
    /// <param name="request">Which.</param>
    /// <param name="isFresh">Whether nothing may have run before in its process.</param>
    public List<Finding> Run(string request, bool isFresh = false)
    {
        if (isFresh || _runs >= RunsOfOne) Stop();
        if (_process is null) Start();
        _runs++;
        _process!.StandardInput.WriteLine(request);
        var said = new StringBuilder();
        var clock = Stopwatch.StartNew();
        TimeSpan before = _process.TotalProcessorTime;
        while (true)
        {
            Task<string?> read = _process.StandardError.ReadLineAsync();
            while (!read.Wait(100))
            {
                if (TooMuch(clock, before) is not { } finding) continue;
                Stop();
                return [finding];
            }

            if (read.Result is not { } line)
            {
                _process.WaitForExit();
                string text = said.ToString();
                int exit = _process.ExitCode;
                Stop();
                return [new Finding(text.Contains("OutOfMemory", StringComparison.Ordinal) ? "memory" : "crash",
                    $"the process ended with exit code {exit}: {text[..Math.Min(text.Length, 1000)]}")];
            }

            if (line.Length > 0 && line[0] == Worker.Mark) return JsonSerializer.Deserialize<Answer>(line.AsSpan(1))!.Findings;
            if (said.Length < 10_000) said.AppendLine(line);
        }
    }

    public void Dispose()
    {
        Stop();
        if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
    }

    // Most is seen by the worker itself; this is for what never gets that far.
    private Finding? TooMuch(Stopwatch clock, TimeSpan before)
    {
        _process!.Refresh();
        if (_process.HasExited) return null;
        if (_process.WorkingSet64 > Limits.Bytes * 2) return new Finding("memory",
            $"takes more than {_process.WorkingSet64 / 1_000_000} MB");
        if ((_process.TotalProcessorTime - before).TotalSeconds > Limits.Seconds * 1.5) return new Finding("time",
            $"takes more than {Limits.Seconds} s");
        return clock.Elapsed.TotalSeconds > Limits.WaitSeconds ? new Finding("time", $"does not end in {Limits.WaitSeconds} s") : null;
    }

    private void Start()
    {
        Directory.CreateDirectory(Path.Combine(folder, "tmp"));
        // The shell gives it a file as standard output, which the program under test writes to.
        var start = new ProcessStartInfo("/bin/sh",
            ["-c", "exec \"$0\" \"$@\" >> \"$FUZZ_OUTPUT\"", Environment.ProcessPath!, "worker", program, folder,
                seed.ToString(System.Globalization.CultureInfo.InvariantCulture)])
        {
            RedirectStandardInput = true,
            RedirectStandardError = true,
        };
        start.Environment["FUZZ_OUTPUT"] = Path.Combine(folder, "output");
        start.Environment["TMPDIR"] = Path.Combine(folder, "tmp");
        start.Environment["HOME"] = folder;
        start.Environment["NO_COLOR"] = "1";
        start.Environment["DOTNET_EnableDiagnostics"] = "0";   // they have files of their own
        start.Environment["DOTNET_GCHeapHardLimit"] = "0x90000000";   // what asks for more at once ends soon
        start.Environment.Remove("DYN_ROUTER_POLICY_CONFIG");
        _process = Process.Start(start)!;
        _runs = 0;
    }

    private void Stop()
    {
        if (_process is null) return;
        if (!_process.HasExited) _process.Kill(entireProcessTree: true);
        _process.WaitForExit();
        _process.Dispose();
        _process = null;
    }
}
