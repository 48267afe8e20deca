namespace AgentSim.Imports.ClaudeCode;

/// <summary>
/// Decides which output counts can be true. Rows are written while an answer is streamed, and in many versions the largest
/// count of an answer is that of its beginning, whatever its text says.
/// </summary>
internal sealed class ClaudeOutputs
{
    private const double LeastRatio = 1.5;
    private const double MostRatio = 6;
    private const long EnoughTokens = 500;

    private readonly double _charactersPerToken;

    /// <summary>Measures characters per token on the answers of a file that are sure to be complete.</summary>
    public ClaudeOutputs(IEnumerable<ClaudeResponse> responses, double charactersPerToken)
    {
        double characters = 0;
        long tokens = 0;
        foreach (ClaudeResponse response in responses)
        {
            if (response.StopReason is null || response.HidesThinking || response.Characters == 0) continue;
            characters += response.Characters;
            tokens += response.OutputTokens;
        }

        _charactersPerToken = tokens >= EnoughTokens ? Math.Clamp(characters / tokens, LeastRatio, MostRatio) : charactersPerToken;
    }

    /// <summary>The output tokens of an answer, and whether they are as reported.</summary>
    public (long Tokens, bool IsReported) Of(ClaudeResponse response)
    {
        double estimate = response.Characters / _charactersPerToken;
        bool isReported = response.StopReason is not null || response.OutputTokens >= estimate / 2;
        return isReported ? (response.OutputTokens, true) : (Math.Max(response.OutputTokens, (long)Math.Round(estimate)), false);
    }
}
