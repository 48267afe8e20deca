using System.Globalization;
using AgentSim.Simulation;
using AgentSim.Workload;

namespace AgentSim.Live;

/// <summary>What a live replay is going to send, before it does.</summary>
/// <param name="Endpoint">Where to.</param>
/// <param name="IsLoopback">Whether that is this machine.</param>
/// <param name="Requests">Requests.</param>
/// <param name="InputTokens">Prompt tokens of all requests.</param>
/// <param name="OutputTokens">Output tokens asked for.</param>
/// <param name="ScheduleMs">What it would take with a server that answers at once, milliseconds.</param>
/// <param name="LimitMs">When it ends at the latest; null: when the server has answered everything.</param>
public sealed record LivePreview(
    string Endpoint, bool IsLoopback, int Requests, long InputTokens, long OutputTokens, double ScheduleMs, double? LimitMs)
{
    /// <summary>All of it in one line.</summary>
    public override string ToString()
    {
        double shortest = LimitMs is { } limit ? Math.Min(limit, ScheduleMs) : ScheduleMs;
        string longest = LimitMs is { } most ? $"at most {Span(most)}" : "until the server has answered all";
        return string.Create(CultureInfo.InvariantCulture,
            $"{Requests:N0} requests with {InputTokens:N0} prompt tokens and {OutputTokens:N0} output tokens go to {Endpoint}, " +
                $"for at least {Span(shortest)} and {longest}");
    }

    internal static LivePreview Of(ReplayWorkload workload, ReplaySettings settings, LiveEndpoint endpoint)
    {
        WorkloadColumns load = workload.Columns;
        var prompts = new PromptPieces(load);
        LoadDriver driver = LiveReplay.Driver(load, settings);
        long input = 0, output = 0;
        double now = 0.0;
        while (!driver.IsDrained && double.IsFinite(driver.NextReady))
        {
            now = Math.Max(now, driver.NextReady);
            while (driver.TryPop(now, out int request, out _))
            {
                prompts.Ended(request, load.OutputLength[request]);
                input += load.IsDelta ? prompts.Of(request).Sum(piece => (long)piece.Tokens) : load.InputLength[request];
                output += load.OutputLength[request];
                driver.OnTerminal(request, now, completed: true);
            }
        }

        return new LivePreview(
            endpoint.ToString(), endpoint.IsLoopback, load.InputLength.Length, input, output, now, settings.MaxSimTimeMs);
    }

    private static string Span(double ms) => TimeSpan.FromMilliseconds(Math.Min(ms, 1e12)) switch
    {
        { TotalMinutes: < 2 } time => string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0} s"),
        { TotalHours: < 2 } time => string.Create(CultureInfo.InvariantCulture, $"{time.TotalMinutes:0} min"),
        var time => string.Create(CultureInfo.InvariantCulture, $"{time.TotalHours:0.#} h"),
    };
}
