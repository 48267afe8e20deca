using System.Dynamic;
using System.Globalization;
using System.Linq.Expressions;
using AgentSim.Engines;

namespace AgentSim.Metrics;

/// <summary>What one worker did in a replay, by the records of the requests that it served. Times are simulated milliseconds.</summary>
/// <param name="WorkerType">Its pool.</param>
/// <param name="Index">Its number within the pool, from 0; with data-parallel ranks worker * ranks + rank.</param>
/// <param name="Requests">Requests that it was given and that have ended.</param>
/// <param name="CompletedRequests">Those that completed.</param>
/// <param name="InputTokens">Prompt tokens of the completed ones.</param>
/// <param name="OutputTokens">Tokens that it produced for the completed ones; 0 on a prefill worker.</param>
/// <param name="ReusedInputTokens">Prompt tokens of the completed ones found in its prefix cache.</param>
/// <param name="MeanTtftMs">Mean time to first token of the completed ones; infinity without any.</param>
/// <param name="MeanE2eLatencyMs">Mean latency of the completed ones; infinity without any.</param>
public sealed record WorkerResult(
    WorkerType WorkerType,
    int Index,
    int Requests,
    int CompletedRequests,
    long InputTokens,
    long OutputTokens,
    long ReusedInputTokens,
    double MeanTtftMs,
    double MeanE2eLatencyMs) : IDynamicMetaObjectProvider
{
    /// <summary>Share of <see cref="InputTokens"/> found in the prefix cache, 0 to 1; minus infinity without any.</summary>
    public double PrefixCacheReusedRatio => InputTokens == 0 ? double.NegativeInfinity : (double)ReusedInputTokens / InputTokens;

    /// <summary>The worker and the most important numbers.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"{WorkerType} {Index}: {CompletedRequests} of {Requests} requests, mean ttft {MeanTtftMs} ms, mean latency {MeanE2eLatencyMs} ms");

    DynamicMetaObject IDynamicMetaObjectProvider.GetMetaObject(Expression parameter) =>
        new StrictNames(parameter, this, typeof(WorkerResult));
}
