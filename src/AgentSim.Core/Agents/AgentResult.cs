using System.Dynamic;
using System.Linq.Expressions;
using System.Text.Json.Serialization;

namespace AgentSim.Agents;

/// <summary>
/// A session or a task of a replay: how long it took and where its time went. Times are simulated milliseconds. One that no request
/// of has begun has no times; one that is <see cref="AgentStatus.Unfinished"/> has those of the requests that ended.
/// </summary>
public abstract partial class AgentResult : IDynamicMetaObjectProvider
{
    private IReadOnlyList<PathLink>? _path;

    private protected AgentResult()
    {
    }

    /// <summary>What became of it.</summary>
    [JsonInclude]
    public AgentStatus Status { get; internal set; }

    /// <summary>The play of rows of version 2; null elsewhere.</summary>
    [JsonInclude]
    public string? PlayId { get; internal init; }

    /// <summary>Its requests, whatever became of them.</summary>
    [JsonInclude]
    public int Requests { get; internal set; }

    /// <summary>Those that completed.</summary>
    [JsonInclude]
    public int CompletedRequests { get; internal set; }

    /// <summary>Prompt tokens of its requests that arrived.</summary>
    [JsonInclude]
    public long InputTokens { get; internal set; }

    /// <summary>Tokens that its requests produced.</summary>
    [JsonInclude]
    public long OutputTokens { get; internal set; }

    /// <summary>Prompt tokens found in a prefix cache, by the best admission of each request.</summary>
    [JsonInclude]
    public long ReusedTokens { get; internal set; }

    /// <summary>When its first request arrived; what that waited for lies before.</summary>
    [JsonInclude]
    public double? BeginMs { get; internal set; }

    /// <summary>When its last request ended.</summary>
    [JsonInclude]
    public double? EndMs { get; internal set; }

    /// <summary><see cref="BeginMs"/> to <see cref="EndMs"/>.</summary>
    public double? MakespanMs => EndMs - BeginMs;

    /// <summary>
    /// First start to last end as recorded, milliseconds of the recording, whatever the replay was sped up by; null where the input holds
    /// no ends of requests (all but request traces and recordings).
    /// </summary>
    [JsonInclude]
    public double? RecordedMakespanMs { get; internal set; }

    /// <summary>By part, how long at least one request was in that state. Parts overlap where requests do.</summary>
    [JsonInclude]
    public TimeSplit? Busy { get; internal set; }

    /// <summary>What the critical path is made of; the parts sum to the makespan.</summary>
    [JsonInclude]
    public TimeSplit? Critical { get; internal set; }

    /// <summary>The tool parts of the critical path by class of tool, milliseconds, longest first.</summary>
    [JsonInclude]
    public IReadOnlyList<ToolTime> Tools { get; internal set; } = [];

    /// <summary>
    /// The critical path, first link first: what has to be shorter for the whole to be shorter. That of a task passes through its
    /// sub-agents; that of a session has waiting for them as <see cref="TimePart.SubAgents"/>. It is made when it is first asked for.
    /// </summary>
    [JsonInclude]
    public IReadOnlyList<PathLink> CriticalPath
    {
        get => _path ??= Collector?.Links(this) ?? [];
        internal init => _path = value;
    }

    /// <summary>What finds the critical path; null where there is none, and in results that were stored.</summary>
    internal AgentCollector? Collector { get; set; }

    /// <summary>The request that ended last.</summary>
    internal int Last { get; set; }

    DynamicMetaObject IDynamicMetaObjectProvider.GetMetaObject(Expression parameter) => Strict(parameter);

    private protected abstract StrictNames Strict(Expression parameter);
}
