using System.Text.Json;
using AgentSim.Cli;
using AgentSim.Engines;
using AgentSim.Metrics;
using AgentSim.Routing;
using AgentSim.Rows;
using AgentSim.Workload;

namespace AgentSim.Tests.Architecture;

/// <summary>
/// Whatever a file or an option says, a message about it is one line of bounded length that cannot drive a terminal, turn the
/// direction of writing or pass for the name of a setting.
/// </summary>
public sealed class QuoteTests : IDisposable
{
    // Control characters, line separators, marks of direction, a noncharacter, half a surrogate pair, and a forged placeholder.
    private const string Evil = "a\u001b[2J\u0085\u2028\u2029\u200e\u200f\u061c\u202a\u202e\u2066\u2069\ufdd0TraceBlockSize\ufdd1x\ufdd2";

    private static readonly string Long = Evil + new string('x', 100_000);

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private static void Check(string message)
    {
        Assert.True(message.Length < 2000, $"{message.Length} characters: {message[..Math.Min(message.Length, 200)]}");
        Assert.All(message, c => Assert.True(Quote.IsShown(c), $"U+{(int)c:x4} in {message}"));
        Assert.Contains("\\u", message);
    }

    private static string Fault(Action action) => Assert.Throws<AgentSimException>(action).In(OptionNames.Wording);

    private static string Json(string text) => $"\"{JsonEncodedText.Encode(text)}\"";

    [Fact]
    public void A_quotation_is_cut_between_characters_and_escaped()
    {
        Assert.Equal("'plain ü 中'", Quote.Of("plain ü 中"));
        Assert.Equal("''", Quote.Of(null));
        Assert.Equal($"'{new string('x', 100)}…'", Quote.Of(new string('x', 101)));
        Assert.Equal($"'{new string('x', 99)}…'", Quote.Of(new string('x', 99) + "😀😀"));
        Assert.Equal(@"'a\u202eb\u2028c\u001b'", Quote.Of("a\u202eb\u2028c\u001b"));
        Check(Quote.Of(Long));
        Assert.DoesNotContain("--", new AgentSimException(Errors.RowInvalid, Quote.Of(Evil), FaultKind.Input, null)
            .In(OptionNames.Wording));
    }

    [Fact]
    public void Placeholders_become_the_words_of_a_front_end()
    {
        AgentSimException error = Errors.TraceBlockSizeInvalid.Error(
            $"{Setting.TraceBlockSize} must be at least 1; try {Setting.TraceFormat} {TraceFormat.MooncakeDelta.Term()}");
        Assert.Equal("trace block size must be at least 1; try trace format mooncake-delta", error.Message);
        Assert.Equal("--trace-block-size must be at least 1; try --trace-format mooncake-delta", error.In(OptionNames.Wording));
        Assert.Equal(error.In(OptionNames.Wording), error.Reworded(OptionNames.Wording).Message);
        Assert.Equal((error.Code, error.Kind), (error.Reworded(OptionNames.Wording).Code, error.Reworded(OptionNames.Wording).Kind));
        // Through another message, and as a warning.
        Assert.Equal("f: --trace-block-size must be at least 1; try --trace-format mooncake-delta",
            error.Saying($"f: {error.Template}", error).In(OptionNames.Wording));
        var warning = new RunWarning(WarningCodes.OptionIgnored, $"{Setting.Concurrency} has no effect");
        Assert.Equal(("concurrency has no effect", "--replay-concurrency has no effect"),
            (warning.Message, warning.In(OptionNames.Wording)));
        Assert.Equal("broken \\ufdd0 TraceBlockSize", Errors.RowInvalid.Error("broken \ufdd0 TraceBlockSize").In(OptionNames.Wording));
    }

    [Fact]
    public void Names_and_values_of_inputs_are_quoted_so()
    {
        string name = Json(Long);
        string row = $$"""{"timestamp":0,"input_length":4,"output_length":1,"hash_ids":[1]""";
        Check(Fault(() => WorkloadLoader.Load([_folder.Write("a.jsonl",
            row + $$""","request_id":{{name}},"wait_for":[{{name}}],"hash_id_scope":{{name}}}""")],
                new WorkloadOptions { Format = TraceFormat.AgenticMooncake, TraceBlockSize = 4 })));
        Check(Fault(() => EngineConfig.Parse($$"""{{{name}}:1}""", Setting.Engine).Warnings(Setting.Engine, false)
            .Select(doubt => doubt.Message).ToList().ForEach(text => throw Errors.RowInvalid.Error(text))));
        Check(Fault(() => EngineArguments.Parse($$"""{"engine_type":{{name}}}""", Setting.Engine)));
        Check(Fault(() => EngineArguments.Parse($$"""{"worker_type":{{name}}}""", Setting.Engine)));
        Check(Fault(() => EngineArguments.Parse($$"""{"planner_profile_data":{{name}}}""", Setting.Engine)));
        Check(Fault(() => RouterSettings.Parse($$"""{{{name}}:1}""", Setting.RouterConfig)));
        Check(Fault(() => RouterSettings.Parse($$"""{"router_queue_policy":{{name}}}""", Setting.RouterConfig)));
        Check(Fault(() => MetricNames.Require(Long)));
        Check(Fault(() => WorkloadLoader.Load([Long], new WorkloadOptions())));
        Check(Fault(() => WorkloadLoader.Load([_folder.Write("t.jsonl", $$"""{"schema":{{name}},"event_type":"request_end"}""" + "\n")],
            new WorkloadOptions { Format = TraceFormat.Dynamo })));
        Check(Fault(() => WorkloadLoader.Load([_folder.Write("u.jsonl", $$"""{"schema":"dynamo.request.trace.v1","event_type":{{name}}}"""
            + "\n")], new WorkloadOptions { Format = TraceFormat.Dynamo })));
    }
}
