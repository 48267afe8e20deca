using System.Diagnostics;
using System.Reflection;

namespace AgentSim.Tests.Zmtp;

/// <summary>Processes that send tool events with libzmq; see Data/push.py.</summary>
internal sealed class ZmqClient : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly Process _process;

    private ZmqClient(string[] arguments)
    {
        string folder = typeof(ZmqClient).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
            .Single(a => a.Key == "TestDataFolder").Value!;
        _process = Process.Start(new ProcessStartInfo(Python, [Path.Combine(folder, "push.py"), .. arguments])
        {
            RedirectStandardInput = true, RedirectStandardOutput = true,
        })!;
    }

    /// <summary>The interpreter that distributions install packages for, which need not be the first one found.</summary>
    public static string Python => File.Exists("/usr/bin/python3") ? "/usr/bin/python3" : "python3";

    public static ZmqClient Start(string address, int count, params string[] options) => new([address, $"{count}", .. options]);

    /// <summary>Waits for a line that starts with a word; returns the number behind it.</summary>
    public async Task<int> Line(string word)
    {
        string? line = await _process.StandardOutput.ReadLineAsync().WaitAsync(Patience);
        Assert.StartsWith(word, line);
        return int.Parse(line![word.Length..], null);
    }

    /// <summary>Lets a client go on that waits.</summary>
    public void GoOn() => _process.StandardInput.WriteLine();

    public async Task Done()
    {
        await Line("done");
        await _process.WaitForExitAsync().WaitAsync(Patience);
        Assert.Equal(0, _process.ExitCode);
    }

    /// <summary>Ends the process as the system would.</summary>
    public void Dispose()
    {
        if (!_process.HasExited) _process.Kill();
        _process.Dispose();
    }
}
