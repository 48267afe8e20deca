namespace AgentSim.Measurements;

/// <summary>Which prompts of a measurement are taken to be equal.</summary>
public enum PromptAssumption
{
    /// <summary>As recorded.</summary>
    Recorded,

    /// <summary>No two share anything.</summary>
    Different,

    /// <summary>Prompts of the same length are the same.</summary>
    SameLength,

    /// <summary>All are beginnings of one text.</summary>
    OneText,
}
