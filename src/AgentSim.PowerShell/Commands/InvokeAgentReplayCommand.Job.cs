using System.Collections;
using System.Management.Automation;

namespace AgentSim.PowerShell.Commands;

// The background job calls this cmdlet again, with the input collected and engines and router resolved, in a session of its own.
public sealed partial class InvokeAgentReplayCommand
{
    private const string StartThreadJob = "Start-ThreadJob";

    private const string StartScript = """
        param($module, $parameters)
        Start-ThreadJob -Name $parameters.Name -ArgumentList $module, $parameters.Call -ScriptBlock {
            param($module, $call)
            Import-Module -Name $module
            # An error that ends the replay is an error of the
            # job, as it is, and then ends the job, which makes it a failed one.
            $end = @{}
            & {
                trap { $end.Error = $_ }
                Invoke-AgentReplay @call
            }
            if ($end.Error) { throw $end.Error }
        }
        """;

    private static int s_jobs;

    private PSObject StartJob()
    {
        if (InvokeCommand.GetCommand(StartThreadJob, CommandTypes.Cmdlet | CommandTypes.Function) is null)
        {
            throw Errors.ThreadJobMissing.Error(
                $"-{nameof(AsJob)} needs {StartThreadJob}, which comes with PowerShell in the module Microsoft.PowerShell.ThreadJob; " +
                    $"install that module or leave -{nameof(AsJob)} out");
        }

        var parameters = new Hashtable
        {
            ["Name"] = $"AgentReplay{Interlocked.Increment(ref s_jobs)}",
            ["Call"] = CallParameters(),
        };
        return InvokeCommand.InvokeScript(false, ScriptBlock.Create(StartScript), null, ModulePath(), parameters)[0];
    }

    private Hashtable CallParameters()
    {
        var call = new Hashtable();
        foreach ((string name, object? value) in MyInvocation.BoundParameters)
        {
            if (!CommonParameters.Contains(name)) call[name] = value;
        }

        foreach (string resolved in (string[])[nameof(AsJob), nameof(InputObject), nameof(Record), nameof(Path), nameof(LiteralPath)])
            call.Remove(resolved);
        if (CollectedInput is var (input, items)) call[input] = items;
        if (Engine is not null) call[nameof(Engine)] = _settings.Engine;
        if (_settings.Pools is { } pools)
        {
            call[nameof(PrefillEngine)] = pools.Prefill;
            call[nameof(DecodeEngine)] = pools.Decode;
        }

        call[nameof(RouterConfig)] = _settings.Router;
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
