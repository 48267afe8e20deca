namespace AgentSim.Imports;

/// <summary>Where the times of an imported request come from.</summary>
public enum TimeOrigin
{
    /// <summary>Start and end are in the source.</summary>
    Recorded,

    /// <summary>They follow from the times of rows around them.</summary>
    Derived,

    /// <summary>One of them is a guess, e.g. from the length of the answer.</summary>
    Estimated,
}

/// <summary>Where the output length of an imported request comes from.</summary>
public enum OutputOrigin
{
    /// <summary>The source reports it.</summary>
    Reported,

    /// <summary>The reported value cannot be true, or there is none; it was estimated from the text.</summary>
    Estimated,
}

/// <summary>Where the identity of an imported prompt comes from.</summary>
public enum PrefixOrigin
{
    /// <summary>Nothing is known: the prompt shares nothing.</summary>
    None,

    /// <summary>Block ids or tokens in the source.</summary>
    Recorded,

    /// <summary>The chain of messages.</summary>
    Chain,

    /// <summary>Only its beginning, the fixed part of sessions of a kind.</summary>
    Pool,

    /// <summary>The cached counts of the provider, as asked for.</summary>
    Usage,
}
