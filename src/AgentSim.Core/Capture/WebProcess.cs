using System.Collections.Concurrent;
using System.ComponentModel;
using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using AgentSim.Files;

namespace AgentSim.Capture;

/// <summary>
/// The program with the web server, in a process of its own, because that needs the ASP.NET Core runtime, which neither PowerShell nor
/// the command line loads. It is told what to do in lines of JSON (<see cref="ProxyMessages"/>), and ends when this process does.
/// Thread-safe.
/// </summary>
internal sealed class WebProcess : IDisposable
{
    private const string Program = "agentsim-proxy.dll";
    private const int MostErrorText = 2000;
    private static readonly TimeSpan StartPatience = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan EndPatience = TimeSpan.FromSeconds(5);

    private readonly Process _process;
    private readonly WebTask _task;
    private readonly BlockingCollection<ProxyMessage> _messages = [];
    private readonly StringBuilder _errorText = new();

    private WebProcess(Process process, WebTask task)
    {
        (_process, _task) = (process, task);
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

    /// <summary>Its output ends with it; that it has exited may be noticed later.</summary>
    public bool HasEnded => _messages.IsAddingCompleted;

    /// <summary>Starts the program and waits until it listens.</summary>
    /// <param name="task">What it does.</param>
    /// <param name="settings">What it has to know for that, a line of JSON.</param>
    /// <exception cref="AgentSimException">It cannot be started, or cannot listen or write there.</exception>
    public static WebProcess Start(WebTask task, string settings)
    {
        string folder = Folder();
        // Assemblies that were compiled ahead of time are in a folder of their platform, and have the program of the portable ones.
        string[] places = [Path.Combine(folder, "proxy", Program), Path.Combine(folder, "..", "proxy", Program),
            Path.Combine(folder, Program)];
        string program = Array.Find(places, File.Exists) ?? throw task.Refuse($"{places[0]} is missing; install the whole package");
        var start = new ProcessStartInfo(DotnetHost.Find() ?? throw task.Refuse(DotnetHost.Missing), [program, .. task.Arguments])
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, CreateNoWindow = true,
            StandardInputEncoding = new UTF8Encoding(false), StandardOutputEncoding = Encoding.UTF8,
        };
        // Where files may not be large, the runtime cannot have its second view of compiled code, which is one.
        if (ProcessLimits.HasFileSizeLimit()) start.Environment["DOTNET_EnableWriteXorExecute"] = "0";
        // With a single processor the runtime hands work on to threads that wait for each other: answers of a server came a tenth of a
        // second late on one core, and on time where it takes the core for two.
        if (Environment.ProcessorCount == 1) start.Environment["DOTNET_PROCESSOR_COUNT"] = "2";
        Process process;
        try
        {
            process = Process.Start(start)!;
        }
        catch (Win32Exception error)
        {
            throw task.Refuse($"{start.FileName} cannot be started: {error.Message}");
        }

        var web = new WebProcess(process, task);
        try
        {
            web.Begin(settings);
            return web;
        }
        catch
        {
            web.Dispose();
            throw;
        }
    }

    /// <summary>Asks it something; null if it does not answer.</summary>
    public ProxyMessage? Ask(string request, TimeSpan patience)
    {
        // An answer that came too late for its question is not the answer to this one.
        while (_messages.TryTake(out _))
        {
        }

        if (!Send(request)) return null;
        _ = _messages.TryTake(out ProxyMessage? answer, patience);
        return answer;
    }

    /// <summary>Tells it something; false if it cannot hear.</summary>
    public bool Send(string line)
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

    /// <summary>Why it ended.</summary>
    public string Reason()
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

    /// <summary>Ends it, by force if need be.</summary>
    public void Dispose()
    {
        try
        {
            _process.StandardInput.Dispose();
        }
        catch (IOException)
        {
            // It is gone.
        }

        if (!_process.WaitForExit(EndPatience)) _process.Kill();
    }

    // That of the module or the program; natively compiled code has no assembly, only a program.
    [UnconditionalSuppressMessage("SingleFile", "IL3000", Justification = "Without a location it is the program's folder.")]
    private static string Folder() => Path.GetDirectoryName(typeof(WebProcess).Assembly.Location) ?? AppContext.BaseDirectory;

    private void Begin(string settings)
    {
        new Thread(Listen) { IsBackground = true, Name = "messages of the web server" }.Start();
        Send(settings);
        _ = _messages.TryTake(out ProxyMessage? first, StartPatience);
        if (first?.Address is { } address) Address = address;
        else if (first?.Problem is { } problem) throw problem.ToException();
        else throw _task.Refuse(Reason());
    }

    // Takes the messages of the process until it ends.
    private void Listen()
    {
        try
        {
            while (_process.StandardOutput.ReadLine() is { } line)
            {
                if (ProxyMessages.Read<ProxyMessage>(line) is not { } message) continue;
                if (message.Problem is { } problem && Address.Length > 0) _task.OnProblem?.Invoke(problem.ToException());
                else _messages.Add(message);
            }
        }
        catch (Exception error) when (error is IOException or ObjectDisposedException or InvalidOperationException)
        {
            // It ended.
        }

        _messages.CompleteAdding();
        if (Address.Length > 0) _task.OnEnded(this);
    }
}

/// <summary>What the program with the web server is to do.</summary>
/// <param name="Arguments">What it is called with.</param>
/// <param name="Refuse">The error of a task that cannot run, with the reason.</param>
/// <param name="OnProblem">Told about problems, on any thread.</param>
/// <param name="OnEnded">Told that it ended.</param>
internal sealed record WebTask(
    string[] Arguments, Func<string, AgentSimException> Refuse, Action<AgentSimException>? OnProblem, Action<WebProcess> OnEnded);
