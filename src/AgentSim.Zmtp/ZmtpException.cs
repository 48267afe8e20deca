namespace AgentSim.Zmtp;

/// <summary>A peer does not speak the protocol, or is of the wrong kind; its connection is closed.</summary>
internal sealed class ZmtpException(string message) : Exception(message);
