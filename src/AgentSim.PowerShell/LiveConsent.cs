using System.Management.Automation;
using System.Security;
using AgentSim.Live;
using AgentSim.PowerShell.Commands;

namespace AgentSim.PowerShell;

/// <summary>What cmdlets that send to servers ask for: a key, and the consent to send to another machine.</summary>
internal static class LiveConsent
{
    /// <summary>The key that was given; null: none.</summary>
    public static ApiKey? Key(SecureString? key, string? variable)
    {
        if (key is not null && variable is not null)
        {
            throw Errors.OptionsConflict.Error(
                $"-{nameof(InvokeAgentLiveReplayCommand.ApiKey)} and -{nameof(InvokeAgentLiveReplayCommand.ApiKeyVariable)} exclude each " +
                    "other");
        }

        return key is not null ? ApiKey.FromSecureString(key) : variable is not null ? ApiKey.FromEnvironment(variable) : null;
    }

    /// <summary>
    /// Says what is to be sent, and whether it may: to this machine it may, for another one it is asked as <c>ShouldProcess</c> does.
    /// </summary>
    /// <param name="command">The cmdlet.</param>
    /// <param name="preview">What is to be sent.</param>
    /// <param name="isForced">Whether it was said beforehand.</param>
    public static bool Given(PSCmdlet command, LivePreview preview, bool isForced)
    {
        command.WriteInformation(new HostInformationMessage { Message = preview.ToString() }, ["PSHOST"]);
        bool asksWhatIf = command.MyInvocation.BoundParameters.TryGetValue("WhatIf", out object? given)
            ? given is SwitchParameter { IsPresent: true }
            : LanguagePrimitives.IsTrue(command.SessionState.PSVariable.GetValue("WhatIfPreference"));
        if (!asksWhatIf && (preview.IsLoopback || isForced)) return true;
        return command.ShouldProcess(preview.Endpoint, $"Send {preview.Requests} requests");
    }
}
