using System.Management.Automation;
using AgentSim.Live;

namespace AgentSim.PowerShell;

/// <summary>Whether a workload may be sent: to this machine it may, for another one somebody has to say yes.</summary>
internal static class LiveConsent
{
    /// <summary>Asks, as <c>ShouldProcess</c> does.</summary>
    /// <param name="command">The cmdlet.</param>
    /// <param name="preview">What is to be sent.</param>
    /// <param name="isForced">Whether it was said beforehand.</param>
    public static bool Given(PSCmdlet command, LivePreview preview, bool isForced)
    {
        bool asksWhatIf = command.MyInvocation.BoundParameters.TryGetValue("WhatIf", out object? given)
            ? given is SwitchParameter { IsPresent: true }
            : LanguagePrimitives.IsTrue(command.SessionState.PSVariable.GetValue("WhatIfPreference"));
        if (!asksWhatIf && (preview.IsLoopback || isForced)) return true;
        return command.ShouldProcess(preview.Endpoint, $"Send {preview.Requests} requests");
    }
}
