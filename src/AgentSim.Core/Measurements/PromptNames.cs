namespace AgentSim.Measurements;

/// <summary>The names of <see cref="PromptAssumption"/> in files and on the command line.</summary>
public static class PromptNames
{
    /// <summary>All names.</summary>
    public static IReadOnlyList<string> All { get; } = [.. Enum.GetValues<PromptAssumption>().Select(Of)];

    /// <summary>The name of an assumption.</summary>
    public static string Of(PromptAssumption prompts) => prompts switch
    {
        PromptAssumption.Recorded => "recorded",
        PromptAssumption.SameLength => "same-length",
        PromptAssumption.OneText => "one-text",
        _ => "different",
    };

    /// <summary>The assumption of a name; null: there is none of that name.</summary>
    public static PromptAssumption? Parse(string name)
    {
        foreach (PromptAssumption prompts in Enum.GetValues<PromptAssumption>())
        {
            if (Of(prompts) == name) return prompts;
        }

        return null;
    }
}
