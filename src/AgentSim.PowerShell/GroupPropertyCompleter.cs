namespace AgentSim.PowerShell;

/// <summary>Completes properties by which records, rows and sessions are grouped.</summary>
internal sealed class GroupPropertyCompleter()
    : NameCompleter("EventType", "Model", "Models", "ParentSessionId", "Path", "PlayId", "RequestKind", "RootSessionId", "SessionId", "ToolClass");
