using System.Diagnostics;

namespace AgentSim.Tests.Limits;

/// <summary>What this machine lets a test limit for a process that it starts; where it does not, the test is skipped and says so.</summary>
internal static class Limited
{
    /// <summary>A disk of a size in bytes, mounted for one shell and what it starts; null: it cannot be had here.</summary>
    public static string[]? Mounting { get; } = ((string[]?[])[["unshare", "-m"], ["unshare", "-rm"]])
        .FirstOrDefault(way => Works([.. way!, "sh", "-c", "mount -t tmpfs -o size=64k tmpfs /mnt"]));

    /// <summary>A user whose processes the system counts, which it does not of root; null: there is none here.</summary>
    public static string[]? Counted { get; } = ((string[]?[])[["env"], ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]])
        .FirstOrDefault(way => Works([.. way!, "true"]) && !Works([.. way!, "bash", "-c", "ulimit -u 1; (true) && (true)"]));

    private static bool Works(string[] line)
    {
        if (!OperatingSystem.IsLinux()) return false;
        try
        {
            using Process process = Process.Start(new ProcessStartInfo(line[0], line[1..])
            {
                RedirectStandardError = true, RedirectStandardOutput = true,
            })!;
            _ = process.StandardError.ReadToEndAsync();
            process.WaitForExit();
            return process.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;   // there is no such program
        }
    }
}

/// <summary>A test on a disk that is full.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class FullDiskTheoryAttribute : TheoryAttribute
{
    public FullDiskTheoryAttribute()
    {
        if (Limited.Mounting is null) Skip = "no small disk can be mounted here (unshare, mount): a full disk was NOT tested";
    }
}

/// <summary>A test with few threads.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class FewThreadsTheoryAttribute : TheoryAttribute
{
    public FewThreadsTheoryAttribute()
    {
        if (Limited.Counted is null)
            Skip = "threads of this user are not counted, and setpriv gives no other user: a limit of threads was NOT tested";
    }
}
