namespace AgentSim.Live;

/// <summary>Finds out how many tokens the words of a prompt come to, by what the server counts.</summary>
internal static class TextCalibration
{
    private const int Short = 64, Long = 1024;

    public static void Run(LiveClient client, RequestBody bodies, PromptWriter writer, LiveClock clock, CancellationToken cancellation)
    {
        int few = Count(Short), many = Count(Long);
        double slope = (many - few) / (double)(Long - Short);
        if (!(slope > 0.1))
        {
            throw Errors.LiveServerRefused.Error(
                $"the server counts {few} tokens for {Short} words and {many} for {Long}, from which no length follows");
        }

        (writer.TokensPerWord, writer.FixedTokens) = (slope, few - (slope * Short));

        int Count(int words)
        {
            var answer = new LiveAnswer(0, clock.Now);
            // One word a token, as long as nothing else is known.
            ReadOnlyMemory<byte> body = bodies.Of([new PromptPiece(ulong.MaxValue, words)], 1);
            client.Send(bodies.Path, body, answer, cancellation).GetAwaiter().GetResult();
            cancellation.ThrowIfCancellationRequested();
            if (answer.Error is null && answer.Stream!.PromptTokens is { } count) return count;
            string reason = answer.Error ?? "the server does not count prompt tokens";
            throw Errors.LiveServerRefused.Error($"the lengths of words cannot be found out: {reason} {answer.ErrorText}".TrimEnd());
        }
    }
}
