using System.Threading.Channels;

namespace AgentSim.Serving;

/// <summary>Tokens of a request whose time has come.</summary>
/// <param name="Tokens">How many.</param>
/// <param name="Time">When, on the simulated clock.</param>
internal readonly record struct DueTokens(int Tokens, double Time);

/// <summary>
/// A request from outside on its way through the engines: made by who received it, who then reads its tokens as they are due.
/// </summary>
internal sealed class ServedRequest
{
    private readonly Channel<DueTokens> _due = Channel.CreateUnbounded<DueTokens>(
        new UnboundedChannelOptions { SingleReader = true });

    /// <summary>The prompt: numbers that are equal where tokens are.</summary>
    public required ulong[] Prompt { get; init; }

    /// <summary>Tokens to give out.</summary>
    public required int Output { get; init; }

    /// <summary>
    /// When it was received, in ticks of the stopwatch; it arrives then, or as soon after as the simulated clock still can.
    /// </summary>
    public required long Received { get; init; }

    /// <summary>Chooses the output's words.</summary>
    public required ulong Seed { get; init; }

    /// <summary>Keeps its cached blocks apart from those of requests with another salt; 0: none.</summary>
    public ulong Salt { get; init; }

    /// <summary>Its place among those that wait in a router: the higher, the earlier.</summary>
    public int Priority { get; init; }

    /// <summary>When it arrived, on the simulated clock.</summary>
    public double Arrival { get; set; } = double.NaN;

    /// <summary>Prompt tokens that were in the cache when it was first admitted; known with the first token.</summary>
    public int CachedTokens { get; set; }

    /// <summary>Its number in the engines; negative while it has none.</summary>
    public int Slot { get; set; } = -1;

    /// <summary>Whether the engines are done with it.</summary>
    public bool HasEnded { get; set; }

    /// <summary>Whether whoever sent it is gone.</summary>
    public bool IsAbandoned { get; private set; }

    /// <summary>Its tokens; ends behind the last one, or with the error of a request that cannot go on.</summary>
    public ChannelReader<DueTokens> Due => _due.Reader;

    /// <summary>Which of a number of words a token of the output is.</summary>
    public static int WordOf(ulong seed, int index, int words)
    {
        ulong x = seed + ((ulong)index * 0x9E3779B97F4A7C15UL);
        x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9UL;
        x = (x ^ (x >> 27)) * 0x94D049BB133111EBUL;
        return (int)((x ^ (x >> 31)) % (ulong)words);
    }

    /// <summary>Some of its tokens are due.</summary>
    public void Deliver(DueTokens tokens) => _due.Writer.TryWrite(tokens);

    /// <summary>Whoever sent it is gone: nobody waits for its tokens any more.</summary>
    public void Abandon()
    {
        IsAbandoned = true;
        End(new OperationCanceledException());
    }

    /// <summary>Nothing comes any more.</summary>
    public void End(Exception? error = null) => _due.Writer.TryComplete(error);
}
