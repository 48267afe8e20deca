using System.Management.Automation.Runspaces;
using AgentSim.Sweeps;

namespace AgentSim.PowerShell.Commands;

// Other machines in place of this one.
public sealed partial class InvokeAgentSweepCommand
{
    private IEnumerable<SweepRow> OnMachines(SweepPoint[] points, SweepCheckpoint? checkpoint, IProgress<SweepProgress> progress)
    {
        PSSession[] sessions = [.. PSSession!.DistinctBy(session => session.InstanceId)];
        CheckAll(sessions);
        DirectoryInfo folder = Directory.CreateTempSubdirectory("agentsim-");
        try
        {
            string parcel = System.IO.Path.Combine(folder.FullName, "parcel.zip");
            using (FileStream file = File.Create(parcel)) SweepParcel.Write(file, Collected(), points, Cancellation);
            int parallel = MyInvocation.BoundParameters.ContainsKey(nameof(ThrottleLimit)) ? ThrottleLimit : 0;
            using var machines = new SweepMachines(
                [.. sessions.Select(session => new SessionMachine(session, parcel, parallel))], Warn, Cancellation);
            foreach (SweepRow row in Sweep.Run(points, machines, checkpoint, progress, _shard)) yield return row;
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
