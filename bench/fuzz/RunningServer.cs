using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;

namespace AgentSim.Fuzz;

/// <summary>A process of <c>agentsim serve</c>, started when the first request is to be sent, and again when one has ended it.</summary>
/// <param name="program">An assembly or a program.</param>
internal sealed partial class RunningServer(string program) : IDisposable
{
    private const int SilenceMs = 150;     // after which a client that waits goes away
    private const int MostMs = 2000;       // and one that is still answered
    private const int PatienceMs = 10_000;

    private readonly StringBuilder _said = new();
    private Process? _process;
    private int _port;

    /// <summary>Whether a case is for one.</summary>
    public static bool IsFor(Case call) => call.Command == "serve"
        && call.Files.Keys.Any(name => name.EndsWith(Wire.Requests, StringComparison.Ordinal));

    /// <summary>Sends the requests of a case, one after the other, each on a connection of its own.</summary>
    public List<Finding> Run(Case call)
    {
        List<Finding> findings = [];
        if (_process is null or { HasExited: true })
        {
            Start(call.Arguments);
            if (_port == 0) return [new Finding("crash", $"no server comes up: {Said}", "serve")];
        }

        lock (_said) _said.Clear();
        foreach ((string name, byte[] request) in call.Files.Where(file => file.Key.EndsWith(Wire.Requests, StringComparison.Ordinal))
            .OrderBy(file => file.Key, StringComparer.Ordinal))
        {
            string answer = Encoding.UTF8.GetString(Send(request, name.Contains(Wire.Half, StringComparison.Ordinal)));
            findings.AddRange(ServedChecks.Of(answer));
        }

        if (!IsWell()) findings.Add(_process!.HasExited
            ? new Finding("crash", $"the server ended with exit code {_process.ExitCode}: {Said}")
            : new Finding("time", "the server answers nothing more"));
        string said = Said;
        findings.AddRange(ServedChecks.Said(said));
        if (Peak() > Limits.Bytes) findings.Add(new Finding("memory", $"the server takes {Peak() / 1_000_000} MB", "serve"));
        if (findings.Count > 0) Dispose();   // the next one is to begin with a sound one
        return findings;
    }

    public void Dispose()
    {
        if (_process is null) return;
        if (!_process.HasExited) _process.Kill(entireProcessTree: true);
        _process.WaitForExit();
        _process.Dispose();
        _process = null;
    }

    private string Said
    {
        get
        {
            lock (_said) return _said.ToString();
        }
    }

    private void Start(IReadOnlyList<string> arguments)
    {
        Dispose();
        _port = 0;
        bool isAssembly = program.EndsWith(".dll", StringComparison.Ordinal);
        // What it says on standard output would stand among that of the programs under test.
        var start = new ProcessStartInfo(isAssembly ? "dotnet" : program, isAssembly ? [program, .. arguments] : [.. arguments])
        {
            RedirectStandardError = true, RedirectStandardOutput = true, RedirectStandardInput = true, WorkingDirectory = "/",
        };
        start.Environment.Remove("DOTNET_GCHeapHardLimit");   // the runtime would say so in a file of its own
        start.Environment.Remove("FUZZ_OUTPUT");
        start.Environment["TMPDIR"] = "/tmp";   // the worker's is looked at
        _process = Process.Start(start)!;
        lock (_said) _said.Clear();
        _process.ErrorDataReceived += (_, line) =>
        {
            lock (_said) _said.Append(line.Data).Append('\n');
        };
        _process.OutputDataReceived += (_, _) => { };
        _process.BeginErrorReadLine();
        _process.BeginOutputReadLine();
        var clock = Stopwatch.StartNew();
        while (clock.ElapsedMilliseconds < 60_000 && !_process.HasExited)
        {
            if (Address().Match(Said) is { Success: true } address)
            {
                _port = int.Parse(address.Groups[1].Value, CultureInfo.InvariantCulture);
                return;
            }

            Thread.Sleep(20);
        }
    }

    private byte[] Send(byte[] request, bool isHalf)
    {
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        var answer = new MemoryStream();
        var clock = Stopwatch.StartNew();
        try
        {
            socket.Connect(IPAddress.Loopback, _port);
            socket.Send(request);
            if (isHalf) socket.Shutdown(SocketShutdown.Send);
            socket.ReceiveTimeout = SilenceMs;
            byte[] buffer = new byte[65536];
            while (clock.ElapsedMilliseconds < MostMs && socket.Receive(buffer) is > 0 and var count) answer.Write(buffer, 0, count);
        }
        catch (SocketException)
        {
            // Refused, broken off, or silent for a while: what came until then counts.
        }

        return answer.ToArray();
    }

    private bool IsWell()
    {
        byte[] ask = "GET /health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"u8.ToArray();
        for (var clock = Stopwatch.StartNew(); clock.ElapsedMilliseconds < PatienceMs && !_process!.HasExited;)
        {
            if (Encoding.Latin1.GetString(Send(ask, isHalf: false)).StartsWith("HTTP/1.1 200", StringComparison.Ordinal)) return true;
            Thread.Sleep(20);
        }

        return false;
    }

    // Of it and what it started.
    private long Peak()
    {
        try
        {
            string id = _process!.Id.ToString(CultureInfo.InvariantCulture);
            string children = File.ReadAllText($"/proc/{id}/task/{id}/children");
            return children.Split(' ', StringSplitOptions.RemoveEmptyEntries).Append(id).Max(Target.Peak);
        }
        catch (IOException)
        {
            return 0;
        }
    }

    [GeneratedRegex("at http://127.0.0.1:([0-9]+)")]
    private static partial Regex Address();
}
