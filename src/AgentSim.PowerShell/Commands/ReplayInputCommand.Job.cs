using System.Collections;
using System.Management.Automation;

namespace AgentSim.PowerShell.Commands;

// The background job calls the cmdlet again, with the input collected and engines and router resolved, in a session of its own.
public abstract partial class ReplayInputCommand
{
    private const string AsJobParameter = "AsJob";   // of those cmdlets that have it
    private const string StartThreadJob = "Start-ThreadJob";

    private const string StartScript = """
        param($module, $parameters)
        Start-ThreadJob -Name $parameters.Name -ArgumentList $module, $parameters.Command, $parameters.Call -ScriptBlock {
            param($module, $command, $call)
            Import-Module -Name $module
            # An error that ends the call is an error of the job, as
            # it is, and then ends the job, which makes it a failed one.
            $end = @{}
            & {
                trap { $end.Error = $_ }
                & $command @call
            }
            if ($end.Error) { throw $end.Error }
        }
        """;

    private static int s_jobs;

    /// <summary>Starts the job.</summary>
    /// <param name="resolved">Parameters in place of those given, whose paths mean the location of this session.</param>
    private protected PSObject StartJob(IReadOnlyDictionary<string, object?> resolved)
    {
        if (InvokeCommand.GetCommand(StartThreadJob, CommandTypes.Cmdlet | CommandTypes.Function) is null)
        {
            throw Errors.ThreadJobMissing.Error(
                $"-{AsJobParameter} needs {StartThreadJob}, which comes with PowerShell in the module Microsoft.PowerShell.ThreadJob; " +
                    $"install that module or leave -{AsJobParameter} out");
        }

        var parameters = new Hashtable
        {
            ["Name"] = $"{MyInvocation.MyCommand.Name.Split('-')[^1]}{Interlocked.Increment(ref s_jobs)}",
            ["Command"] = MyInvocation.MyCommand.Name,
            ["Call"] = CallParameters(resolved),
        };
        return InvokeCommand.InvokeScript(false, ScriptBlock.Create(StartScript), null, ModulePath(), parameters)[0];
    }

    private Hashtable CallParameters(IReadOnlyDictionary<string, object?> resolved)
    {
        var call = new Hashtable();
        foreach ((string name, object? value) in MyInvocation.BoundParameters)
        {
            if (!CommonParameters.Contains(name)) call[name] = value;
        }

        foreach (string input in (string[])[AsJobParameter, nameof(InputObject), nameof(Record), nameof(Path), nameof(LiteralPath)])
            call.Remove(input);
        if (CollectedInput is var (parameter, items)) call[parameter] = items;
        foreach ((string name, object? value) in resolved) call[name] = value;
        return call;
    }

    // The manifest, so that the job's session has the module as this one has; the assembly when it was imported alone.
    private string ModulePath()
    {
        PSModuleInfo module = MyInvocation.MyCommand.Module;
        string manifest = System.IO.Path.Combine(module.ModuleBase, $"{module.Name}.psd1");
        return File.Exists(manifest) ? manifest : module.Path;
    }
}
