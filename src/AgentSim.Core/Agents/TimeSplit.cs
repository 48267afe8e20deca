using System.Dynamic;
using System.Globalization;
using System.Linq.Expressions;

namespace AgentSim.Agents;

/// <summary>Milliseconds by what they went to.</summary>
/// <param name="QueuedMs">Requests waited for a worker, or for room there.</param>
/// <param name="PrefillMs">Prompts were worked through, up to the first token.</param>
/// <param name="TransferMs">KV moved from prefill workers to decode workers.</param>
/// <param name="DecodeMs">Output was produced.</param>
/// <param name="ToolMs">Tools worked; null where the rows do not tell tools from other pauses (all but agentic rows of version 1).</param>
/// <param name="DelayMs">Other pauses between requests.</param>
/// <param name="SubAgentsMs">Sessions waited for requests of other sessions.</param>
/// <param name="RecordedStartMs">Requests waited for nothing but their recorded time.</param>
public sealed record TimeSplit(
    double QueuedMs,
    double PrefillMs,
    double TransferMs,
    double DecodeMs,
    double? ToolMs,
    double DelayMs,
    double SubAgentsMs,
    double RecordedStartMs) : IDynamicMetaObjectProvider
{
    internal const int Parts = (int)TimePart.RecordedStart + 1;

    internal static readonly TimeSplit None = new(0.0, 0.0, 0.0, 0.0, null, 0.0, 0.0, 0.0);

    /// <summary>The milliseconds of one part; null for tools where they are not known.</summary>
    /// <param name="part">The part.</param>
    public double? this[TimePart part] => part switch
    {
        TimePart.Queued => QueuedMs,
        TimePart.Prefill => PrefillMs,
        TimePart.Transfer => TransferMs,
        TimePart.Decode => DecodeMs,
        TimePart.Tool => ToolMs,
        TimePart.Delay => DelayMs,
        TimePart.SubAgents => SubAgentsMs,
        _ => RecordedStartMs,
    };

    /// <summary>All parts together.</summary>
    public double TotalMs => QueuedMs + PrefillMs + TransferMs + DecodeMs + (ToolMs ?? 0.0) + DelayMs + SubAgentsMs + RecordedStartMs;

    /// <summary>The parts that are not 0, in one line.</summary>
    public override string ToString() => string.Join(", ", Enum.GetValues<TimePart>().Where(part => this[part] > 0)
        .Select(part => string.Create(CultureInfo.InvariantCulture, $"{NameOf(part)} {this[part]:#,0.##} ms")));

    DynamicMetaObject IDynamicMetaObjectProvider.GetMetaObject(Expression parameter) => new StrictNames(parameter, this, typeof(TimeSplit));

    /// <summary>The name of a part in files and tables.</summary>
    internal static string NameOf(TimePart part) => part switch
    {
        TimePart.Queued => "queued",
        TimePart.Prefill => "prefill",
        TimePart.Transfer => "transfer",
        TimePart.Decode => "decode",
        TimePart.Tool => "tool",
        TimePart.Delay => "delay",
        TimePart.SubAgents => "sub_agents",
        _ => "recorded_start",
    };

    internal static TimeSplit Of(ReadOnlySpan<double> parts, bool hasTools) => new(
        parts[(int)TimePart.Queued],
        parts[(int)TimePart.Prefill],
        parts[(int)TimePart.Transfer],
        parts[(int)TimePart.Decode],
        hasTools ? parts[(int)TimePart.Tool] : null,
        parts[(int)TimePart.Delay],
        parts[(int)TimePart.SubAgents],
        parts[(int)TimePart.RecordedStart]);
}
