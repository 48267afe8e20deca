namespace AgentSim.Imports.Table;

/// <summary>What a column of a table can stand for.</summary>
internal enum TableField
{
    /// <summary>What tells the request apart.</summary>
    Id,

    /// <summary>The conversation it belongs to.</summary>
    Session,

    /// <summary>The session that started this one.</summary>
    Parent,

    /// <summary>When it was sent.</summary>
    Start,

    /// <summary>When its answer was complete.</summary>
    End,

    /// <summary>The time between the two.</summary>
    Duration,

    /// <summary>When its first token came.</summary>
    FirstToken,

    /// <summary>The time from its start to that.</summary>
    Ttft,

    /// <summary>Tokens of the whole prompt.</summary>
    Input,

    /// <summary>Tokens of the answer.</summary>
    Output,

    /// <summary>Prompt tokens that came from a cache.</summary>
    Cached,

    /// <summary>The model that was asked.</summary>
    Model,

    /// <summary>Ids of the prompt's blocks.</summary>
    HashIds,

    /// <summary>How it ended; other words than of success leave the row out.</summary>
    Status,

    /// <summary>Whether a cache answered instead of the model.</summary>
    CacheHit,

    /// <summary>The earlier turn of the same conversation that it goes on from.</summary>
    ParentTurn,
}
