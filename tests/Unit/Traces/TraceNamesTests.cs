using System.Reflection;
using System.Text.RegularExpressions;
using AgentSim.Traces.Schema;

namespace AgentSim.Tests.Traces;

/// <summary>The schema of request traces is written down once: who writes or reads a record does so by what is in Traces/Schema.</summary>
public class TraceNamesTests
{
    private static readonly string Sources = TestData.PathOf("../../../src");

    // Words that rows, reports and recordings of other programs have as well, with a meaning of their own.
    private static readonly HashSet<string> Shared =
    [
        TraceNames.Event, TraceNames.Schema, TraceNames.Request, TraceNames.Tool, TraceNames.Dynamo, TraceNames.Harness,
            TraceNames.SessionId,
        TraceNames.ParentSessionId, TraceNames.EventType, TraceNames.RequestId, TraceNames.XRequestId, TraceNames.Model,
            TraceNames.InputTokens,
        TraceNames.OutputTokens, TraceNames.CachedTokens, TraceNames.Ttft, TraceNames.TotalTime, TraceNames.Worker, TraceNames.Replay,
        TraceNames.Import, TraceNames.BlockSize, TraceNames.InputLength, TraceNames.Dependencies, TraceNames.Relation, TraceNames.Trigger,
        TraceNames.FinishReason, TraceNames.StopReason, TraceNames.ToolCalls, TraceNames.Choices, TraceNames.CallId, TraceNames.CallName,
        TraceNames.ImportFormat, TraceNames.ImportTimes, TraceNames.ImportOutput, TraceNames.ImportPrefix, TraceNames.ToolCallId,
        TraceNames.ToolClass, TraceNames.StartedAt, TraceNames.EndedAt, TraceNames.Status, TraceNames.Duration, TraceNames.OutputBytes,
        TraceNames.ErrorType, TraceNames.Causality, TraceNames.Capture, TraceNames.CaptureApi, TraceNames.CaptureInput,
        TraceNames.CaptureOutput, TraceNames.CaptureSession, TraceNames.CacheCreationTokens, TraceNames.ReasoningTokens,
        TraceNames.RefusedCount,
    ];

    private static IEnumerable<string> OwnNames => typeof(TraceNames).GetFields(BindingFlags.Public | BindingFlags.Static)
        .Select(name => (string)name.GetRawConstantValue()!).Where(name => !Shared.Contains(name));

    [Fact]
    public void Names_that_only_request_traces_have_stand_in_one_file()
    {
        string[] names = [.. OwnNames];
        Assert.Contains("request_received_ms", names);
        Assert.Contains("input_sequence_hashes", names);
        Assert.Contains("refused_before", names);
        // In quotes, also those of a JSON text within a literal; prose in messages may name a field.
        var literal = new Regex($"\"({string.Join('|', names.Select(Regex.Escape))})\\\\?\"");
        IEnumerable<string> found =
            from file in Directory.EnumerateFiles(Sources, "*.cs", SearchOption.AllDirectories)
            where Path.GetFileName(file) != "TraceNames.cs" && !file.Contains("/obj/", StringComparison.Ordinal)
            from Match match in literal.Matches(File.ReadAllText(file))
            select $"{Path.GetRelativePath(Sources, file)} spells {match.Value}";
        Assert.Empty(found);
    }
}
