using System.ComponentModel;
using System.Management.Automation;

namespace AgentSim.PowerShell.Commands;

/// <summary>What all cmdlets of the module have in common: errors as error records, and stopping with Ctrl+C.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public abstract class AgentSimCommand : PSCmdlet, IDisposable
{
    private readonly CancellationTokenSource _stop = new();

    /// <summary>Set when the pipeline is being stopped.</summary>
    protected CancellationToken Cancellation => _stop.Token;

    /// <summary>Called once before the input.</summary>
    protected virtual void Start()
    {
    }

    /// <summary>Called for each input.</summary>
    protected virtual void Process()
    {
    }

    /// <summary>Called once after the input.</summary>
    protected virtual void Finish()
    {
    }

    /// <inheritdoc/>
    protected sealed override void BeginProcessing() => Guard(Start);

    /// <inheritdoc/>
    protected sealed override void ProcessRecord() => Guard(Process);

    /// <inheritdoc/>
    protected sealed override void EndProcessing() => Guard(Finish);

    /// <inheritdoc/>
    protected sealed override void StopProcessing() => _stop.Cancel();

    /// <summary>Called when the pipeline is over, however it ended.</summary>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Frees what the cmdlet holds.</summary>
    /// <param name="disposing">False when called by a finalizer.</param>
    protected virtual void Dispose(bool disposing)
    {
        if (disposing) _stop.Dispose();
    }

    private void Guard(Action action)
    {
        try
        {
            action();
        }
        catch (AgentSimException error)
        {
            ThrowTerminatingError(ErrorRecords.Of(error));
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            throw new PipelineStoppedException();
        }
    }
}
