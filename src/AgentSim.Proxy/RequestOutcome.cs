using Yarp.ReverseProxy.Forwarder;

namespace AgentSim.Proxy;

/// <summary>What became of a request. All but the last two are recorded.</summary>
internal enum RequestOutcome
{
    Complete,
    Cancelled,
    Broken,

    /// <summary>Its answer was broken off because the proxy was stopped.</summary>
    Stopped,
    Failed,
    NotRecorded,
}

/// <summary>Tells outcomes.</summary>
internal static class Outcomes
{
    /// <summary>What became of a request that was passed on.</summary>
    /// <param name="error">What the forwarder says.</param>
    /// <param name="isAborted">Whether the request of the client was aborted: by the client, or by the forwarder, which aborts it when an
    /// answer breaks.</param>
    /// <param name="isStopping">Whether the proxy breaks off what is under way.</param>
    public static RequestOutcome Of(ForwarderError error, bool isAborted, bool isStopping = false) => error switch
    {
        ForwarderError.None => RequestOutcome.Complete,
        _ when isStopping => RequestOutcome.Stopped,
        ForwarderError.ResponseBodyDestination => RequestOutcome.Broken,
        ForwarderError.RequestCanceled or ForwarderError.RequestBodyCanceled or ForwarderError.RequestBodyClient
            or ForwarderError.ResponseBodyCanceled or ForwarderError.ResponseBodyClient => RequestOutcome.Cancelled,
        _ => isAborted ? RequestOutcome.Cancelled : RequestOutcome.Failed,
    };
}
