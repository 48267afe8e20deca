using System.Collections.Concurrent;
using System.ComponentModel;
using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using AgentSim.Files;

namespace AgentSim.Capture;

/// <summary>
/// A recording proxy in a process of its own, because its web server needs the ASP.NET Core runtime, which neither
/// PowerShell nor the command line loads. It writes its own files, and ends when this process does. Thread-safe.
/// </summary>
internal sealed class ProxyProcess : IDisposable
{
    private const string Program = "agentsim-proxy.dll";
    private const int MostErrorText = 2000;
    private static readonly TimeSpan StartPatience = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan StatusPatience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan StopPatience = TimeSpan.FromMinutes(1);

    private readonly Process _process;
    private readonly Action<AgentSimException>? _onProblem;
    private readonly object _gate = new();
    private readonly BlockingCollection<ProxyMessage> _messages = [];
    private readonly StringBuilder _errorText = new();
    private readonly Action<ProxyProcess, string>? _onEnded;
    private ProxyReport _last = new(new ProxyCounters(), new TraceSinkCounters());
    private bool _isStopped;
    private bool _isEndReported;

    private ProxyProcess(Process process, Action<AgentSimException>? onProblem, Action<ProxyProcess, string>? onEnded)
    {
        (_process, _onProblem, _onEnded) = (process, onProblem, onEnded);
        process.ErrorDataReceived += (_, line) =>
        {
            lock (_errorText)
            {
                if (_errorText.Length < MostErrorText) _errorText.Append(line.Data).Append(' ');
            }
        };
        process.BeginErrorReadLine();
    }

    /// <summary>Where it listens, with the actual port.</summary>
    public string Address { get; private set; } = "";

    /// <summary>The process.</summary>
    public int Id => _process.Id;

    /// <summary>What it said last about how it stands.</summary>
    public ProxyReport Last => _last;

    /// <summary>Starts a proxy and waits until it listens.</summary>
    /// <param name="settings">What it has to know.</param>
    /// <param name="onProblem">Told about problems, on any thread.</param>
    /// <param name="onEnded">Told why it ended on its own, instead of <paramref name="onProblem"/>.</param>
    /// <exception cref="AgentSimException">It cannot be started, or cannot listen or write there.</exception>
    public static ProxyProcess Start(
        ProxySettings settings, Action<AgentSimException>? onProblem, Action<ProxyProcess, string>? onEnded = null)
    {
        string folder = Folder();
        // Assemblies that were compiled ahead of time are in a folder of their platform, and have the proxy of the portable ones.
        string[] places = [Path.Combine(folder, "proxy", Program), Path.Combine(folder, "..", "proxy", Program),
            Path.Combine(folder, Program)];
        string program = Array.Find(places, File.Exists) ?? throw Unavailable($"{places[0]} is missing; install the whole package");
        var start = new ProcessStartInfo(DotnetHost.Find() ?? throw Unavailable(DotnetHost.Missing), [program])
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, CreateNoWindow = true,
            StandardInputEncoding = new UTF8Encoding(false), StandardOutputEncoding = Encoding.UTF8,
        };
        // Where files may not be large, the runtime cannot have its second view of compiled code, which is one.
        if (ProcessLimits.HasFileSizeLimit()) start.Environment["DOTNET_EnableWriteXorExecute"] = "0";
        Process process;
        try
        {
            process = Process.Start(start)!;
        }
        catch (Win32Exception error)
        {
            throw Unavailable($"{start.FileName} cannot be started: {error.Message}");
        }

        var proxy = new ProxyProcess(process, onProblem, onEnded);
        try
        {
            proxy.Begin(settings);
            return proxy;
        }
        catch
        {
            proxy.Kill();
            throw;
        }
    }

    /// <summary>How it stands; the last that is known if it does not answer.</summary>
    public ProxyReport Status()
    {
        lock (_gate)
        {
            if (_isStopped || Ask(ProxyMessages.StatusRequest, StatusPatience) is not null) return _last;
            return HasEnded ? _last with { Sink = null } : _last;
        }
    }

    /// <summary>Stops it: what is being answered has a moment to end, and everything is written.</summary>
    public void Dispose() => Stop(CancellationToken.None);

    /// <summary>Stops it.</summary>
    /// <param name="hurry">Breaks off at once what is being answered.</param>
    public void Stop(CancellationToken hurry)
    {
        lock (_gate)
        {
            if (_isStopped) return;
            _isStopped = true;
            if (HasEnded)
            {
                Kill();
                return;
            }

            using CancellationTokenRegistration onHurry = hurry.Register(() => Send(ProxyMessages.HurryRequest));
            if (Ask(ProxyMessages.StopRequest, StopPatience) is null)
            {
                _last = _last with { Sink = null };
                ReportEnd("the proxy did not stop in order; its last records may be missing");
            }

            Kill();
        }
    }

    // Its output ends with it; that it has exited may be noticed later.
    private bool HasEnded => _messages.IsAddingCompleted;

    // That of the module or the program; natively compiled code has no assembly, only a program.
    [UnconditionalSuppressMessage("SingleFile", "IL3000", Justification = "Without a location it is the program's folder.")]
    private static string Folder() => Path.GetDirectoryName(typeof(ProxyProcess).Assembly.Location) ?? AppContext.BaseDirectory;

    private static AgentSimException Unavailable(string reason) =>
        Errors.ProxyUnavailable.Error($"the recording proxy cannot run: {reason}");

    private void Begin(ProxySettings settings)
    {
        new Thread(Listen) { IsBackground = true, Name = "proxy messages" }.Start();
        Send(ProxyMessages.Write(settings));
        _ = _messages.TryTake(out ProxyMessage? first, StartPatience);
        if (first?.Address is { } address) Address = address;
        else if (first?.Problem is { } problem) throw problem.ToException();
        else throw Unavailable(Reason());
    }

    // Takes the messages of the process until it ends.
    private void Listen()
    {
        try
        {
            while (_process.StandardOutput.ReadLine() is { } line)
            {
                if (ProxyMessages.Read<ProxyMessage>(line) is not { } message) continue;
                if (message.Problem is { } problem && Address.Length > 0) _onProblem?.Invoke(problem.ToException());
                else _messages.Add(message);
            }
        }
        catch (Exception error) when (error is IOException or ObjectDisposedException or InvalidOperationException)
        {
            // It ended.
        }

        _messages.CompleteAdding();
        if (Address.Length > 0 && !Volatile.Read(ref _isStopped))
            End();
    }

    private void End()
    {
        if (_onEnded is null) ReportEnd($"the proxy ended: {Reason()}; what it received in the last moments is not recorded");
        else _onEnded(this, Reason());
    }

    // Once, by whoever notices first.
    private void ReportEnd(string message)
    {
        if (!Interlocked.Exchange(ref _isEndReported, true)) _onProblem?.Invoke(Errors.ProxyEnded.Error(message));
    }

    private ProxyReport? Ask(string request, TimeSpan patience)
    {
        // An answer that came too late for its question is not the answer to this one.
        while (_messages.TryTake(out _))
        {
        }

        if (!Send(request)) return null;
        _ = _messages.TryTake(out ProxyMessage? answer, patience);
        return answer?.Report is { } report ? _last = report : null;
    }

    private bool Send(string line)
    {
        try
        {
            lock (_process)
            {
                _process.StandardInput.WriteLine(line);
                _process.StandardInput.Flush();
            }

            return true;
        }
        catch (Exception error) when (error is IOException or ObjectDisposedException or InvalidOperationException)
        {
            return false;
        }
    }

    private string Reason()
    {
        if (_process.WaitForExit(1000)) _process.WaitForExit();   // for the rest of its words
        lock (_errorText)
        {
            string text = _errorText.ToString().Trim();
            if (text.Contains("Microsoft.AspNetCore.App", StringComparison.Ordinal))
                return "the ASP.NET Core 10 runtime is missing; install it";
            return text.Length > 0 ? text : "it gave no reason";
        }
    }

    private void Kill()
    {
        try
        {
            _process.StandardInput.Dispose();
        }
        catch (IOException)
        {
            // It is gone.
        }

        if (!_process.WaitForExit(StatusPatience)) _process.Kill();
    }
}
