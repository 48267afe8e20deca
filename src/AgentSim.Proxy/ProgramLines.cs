using AgentSim.Capture;

namespace AgentSim.Proxy;

/// <summary>How the program talks with whoever started it (<see cref="ProxyMessages"/>).</summary>
internal sealed class ProgramLines(TextReader input, TextWriter output)
{
    /// <summary>Answers questions until it is told to stop, or nobody is there any more; then stops.</summary>
    /// <param name="sayReport">Answers a question.</param>
    /// <param name="stop">Stops; the token is for doing it at once.</param>
    public async Task ServeAsync(Action sayReport, Func<CancellationToken, Task> stop)
    {
        while (await input.ReadLineAsync().ConfigureAwait(false) is ProxyMessages.StatusRequest) sayReport();
        using var hurry = new CancellationTokenSource();
        _ = HearHurryAsync(hurry);
        await stop(hurry.Token).ConfigureAwait(false);
    }

    /// <summary>Tells about a failure.</summary>
    public void Report(AgentSimException problem) => Say(new ProxyMessage { Problem = ProxyProblem.Of(problem) });

    /// <summary>Tells something.</summary>
    public void Say(ProxyMessage message)
    {
        try
        {
            lock (output) output.WriteLine(ProxyMessages.Write(message));
        }
        catch (IOException)
        {
            // Nobody listens any more; the end of the input says so, too.
        }
    }

    private async Task HearHurryAsync(CancellationTokenSource hurry)
    {
        while (await input.ReadLineAsync().ConfigureAwait(false) is { } more)
        {
            if (more != ProxyMessages.HurryRequest) continue;
            await hurry.CancelAsync().ConfigureAwait(false);
            return;
        }
    }
}
