using System.Management.Automation.Runspaces;
using AgentSim.Sweeps;

namespace AgentSim.PowerShell.Commands;

// Other machines in place of this one.
public abstract partial class GridCommand
{
    /// <summary>Does the work with the machines of the sessions; without sessions with none.</summary>
    /// <param name="points">Points that name all files of those that will be run.</param>
    /// <param name="work">The work.</param>
    private protected void WithMachines(IReadOnlyList<SweepPoint> points, Action<SweepMachines?> work)
    {
        if (PSSession is null)
        {
            work(null);
            return;
        }

        PSSession[] sessions = [.. PSSession.DistinctBy(session => session.InstanceId)];
        SshSessionGuard.Set();
        CheckAll(sessions);
        DirectoryInfo folder = Directory.CreateTempSubdirectory("agentsim-");
        try
        {
            string parcel = System.IO.Path.Combine(folder.FullName, "parcel.zip");
            using (FileStream file = File.Create(parcel)) SweepParcel.Write(file, Collected(), points, Cancellation);
            int parallel = MyInvocation.BoundParameters.ContainsKey(nameof(ThrottleLimit)) ? ThrottleLimit : 0;
            using var machines = new SweepMachines(
                [.. sessions.Select(session => new SessionMachine(session, parcel, parallel))], Warn, Cancellation);
            work(machines);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    // At the same time, since loading a module takes a while; the first that does not fit is named.
    private void CheckAll(PSSession[] sessions)
    {
        Task[] checks = [.. sessions.Select(session => Task.Run(() => SessionMachine.Check(session, Cancellation)))];
        try
        {
            Task.WaitAll(checks, CancellationToken.None);
        }
        catch (AggregateException)
        {
            // Each is looked at.
        }

        foreach (Task check in checks) check.GetAwaiter().GetResult();
    }
}
