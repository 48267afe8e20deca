using System.Management.Automation;
using System.Management.Automation.Runspaces;
using AgentSim.Simulation;
using AgentSim.Sweeps;
using Shell = System.Management.Automation.PowerShell;

namespace AgentSim.PowerShell;

/// <summary>A machine behind a remoting session, which has this module, too. Nothing of it is left there when it is disposed.</summary>
/// <param name="session">An open session that nothing else uses.</param>
/// <param name="parcel">What to send.</param>
/// <param name="parallel">How many points it runs at the same time; 0: as many as it has processors.</param>
internal sealed class SessionMachine(PSSession session, string parcel, int parallel) : ISweepMachine
{
    private const string ParcelName = "parcel.zip";

    // A session does not answer while it is under water, but some time it has to.
    private static readonly TimeSpan AnswerLimit = TimeSpan.FromMinutes(2), EndLimit = TimeSpan.FromSeconds(15);

    private const string VersionScript = """
        $ErrorActionPreference = 'Stop'
        if (-not (Get-Module AgentSim)) { Import-Module AgentSim }
        [AgentSim.Simulation.Replay]::Version
        """;

    private const string FolderScript = "[IO.Directory]::CreateTempSubdirectory('agentsim-').FullName";

    private const string CopyScript = "Copy-Item -LiteralPath $args[0] -Destination $args[1] -ToSession $args[2] -ErrorAction Stop";

    private const string StartScript = """
        param($name, $parcel, $parallel)
        $ErrorActionPreference = 'Stop'
        Set-Variable -Name $name -Scope Global -Value ([AgentSim.Sweeps.SweepWorker]::Open($parcel, $parallel))
        """;

    private const string AskScript = """
        param($name, $request)
        $ErrorActionPreference = 'Stop'
        (Get-Variable -Name $name -Scope Global -ValueOnly).Answer($request)
        """;

    private const string EndScript = """
        param($name, $folder)
        $worker = Get-Variable -Name $name -Scope Global -ValueOnly -ErrorAction Ignore
        if ($worker) { $worker.Dispose() }
        Remove-Variable -Name $name -Scope Global -ErrorAction Ignore
        if ([IO.Directory]::Exists($folder)) { [IO.Directory]::Delete($folder, $true) }
        """;

    private readonly string _worker = $"AgentSimSweep{Guid.NewGuid():N}";
    private string? _folder;

    public string Name => NameOf(session);

    /// <summary>What messages call the machine of a session.</summary>
    public static string NameOf(PSSession session) => $"{Quote.Of(session.ComputerName)} (session {Quote.Of(session.Name)})";

    /// <summary>Refuses a session that cannot be used, or that has another version of the module.</summary>
    /// <exception cref="AgentSimException"><c>SweepMachineDiffers</c>.</exception>
    public static void Check(PSSession session, CancellationToken cancellation)
    {
        string? version;
        try
        {
            version = Run(session.Runspace, VersionScript, AnswerLimit, cancellation);
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            throw Errors.SweepMachineDiffers.Error(
                $"{NameOf(session)} cannot be used: {Reason(error)}; open the session anew, or install AgentSim {Replay.Version} there "
                    + "(Import-Module in the session takes it from any place)", error);
        }

        if (version != Replay.Version)
            throw Errors.SweepMachineDiffers.Error(
                $"{NameOf(session)} has AgentSim {Quote.Of(version ?? "")}, and this is {Replay.Version}; install the same version "
                    + "on both");
    }

    public void Start(CancellationToken cancellation)
    {
        _folder = Run(session.Runspace, FolderScript, AnswerLimit, cancellation) ?? throw new IOException("there is no folder for files");
        string target = $"{_folder}/{ParcelName}";
        using (Runspace here = RunspaceFactory.CreateRunspace())
        {
            here.Open();
            Run(here, CopyScript, Timeout.InfiniteTimeSpan, cancellation, parcel, target, session);
        }

        Run(session.Runspace, StartScript, AnswerLimit, cancellation, _worker, target, parallel);
    }

    public string Ask(string request, CancellationToken cancellation) =>
        Run(session.Runspace, AskScript, AnswerLimit, cancellation, _worker, request) ?? throw new IOException("it gave no answer");

    public void Dispose()
    {
        if (_folder is null || session.Runspace.RunspaceStateInfo.State != RunspaceState.Opened) return;
        try
        {
            Run(session.Runspace, EndScript, EndLimit, CancellationToken.None, _worker, _folder);
        }
        catch (Exception)
        {
            // It is gone, and its process with it.
        }
    }

    /// <summary>The reason in one line, without what remoting wraps round it.</summary>
    private static string Reason(Exception error) =>
        Quote.Line((error is RemoteException { ErrorRecord.Exception.Message: var message } ? message : error.Message).TrimEnd('.'));

    private static string? Run(Runspace where, string script, TimeSpan limit, CancellationToken cancellation, params object[] arguments)
    {
        cancellation.ThrowIfCancellationRequested();
        Shell shell = Shell.Create();
        shell.Runspace = where;
        shell.AddScript(script);
        foreach (object argument in arguments) shell.AddArgument(argument);
        using var output = new PSDataCollection<PSObject>();
        IAsyncResult running = shell.BeginInvoke<PSObject, PSObject>(null, output);
        int ended = WaitHandle.WaitAny([running.AsyncWaitHandle, cancellation.WaitHandle], limit);
        if (ended != 0 && !shell.BeginStop(null, null).AsyncWaitHandle.WaitOne(EndLimit))
        {
            // Neither is it disposed of, which would wait for what does not come.
            cancellation.ThrowIfCancellationRequested();
            throw new TimeoutException($"it has not answered for {limit.TotalSeconds:0} s");
        }

        using (shell)
        {
            cancellation.ThrowIfCancellationRequested();
            if (ended != 0) throw new TimeoutException($"it has not answered for {limit.TotalSeconds:0} s");
            shell.EndInvoke(running);
            if (shell.Streams.Error.Count > 0) throw new RemoteException(Reason(shell.Streams.Error[0].Exception));
            return output.Count > 0 ? output[^1]?.BaseObject?.ToString() : null;
        }
    }
}
