using AgentSim.Recording;
using AgentSim.Timelines;

namespace AgentSim.Tests.Timelines;

/// <summary>Request records of which something is missing or absurd: a sound timeline, or one line that names file and line.</summary>
public class BrokenRecordTests
{
    private const string Aggregated = """
        {"session_id":"s","turn_index":0,"uuid":"u","arrival_time_ms":1.0,"first_admit_ms":2.0,"terminal_time_ms":9.0,"first_token_ms":3.0,
        "last_token_ms":9.0,"ttft_ms":2.0,"ttst_ms":1.0,"e2e_latency_ms":8.0,"itl_ms":2.0,"input_length":7,"requested_output_length":4,
        "output_length":4,"reused_input_tokens":0,"prefill_worker_idx":null,"decode_worker_idx":0,"terminal_status":"completed"}
        """;

    // Null: the field is missing.
    private static readonly string?[] Absurd =
    [
        null, "null", "0", "-1", "1e308", "-1e308", "1e999", "-1e999", "2147483647", "\"x\"", "\"Infinity\"", "[]", "{}", "true",
    ];

    public static TheoryData<string, string> Records() => new()
    {
        { "aggregated", Aggregated },
        {
            "split",
            Aggregated.Replace("\"prefill_worker_idx\":null", """
                "prefill_worker_idx":0,"prefill_admit_ms":1.5,"source_held_ms":3.0,"destination_reserved_ms":2.5,
                "destination_activated_ms":3.5,"decode_admit_ms":4.0,"source_released_ms":3.6,"decode_reused_input_tokens":0
                """, StringComparison.Ordinal)
        },
    };

    [Theory]
    [MemberData(nameof(Records))]
    public void A_broken_field_never_ends_in_anything_but_a_line(string name, string record)
    {
        using var folder = new TempFolder();
        string target = folder.File("timeline.json");
        int refused = 0, shown = 0;
        // As text, for some of the values are beyond what a JSON library writes.
        string whole = record.ReplaceLineEndings("");
        string[] members = whole[1..^1].Split(',');
        for (int at = 0; at < members.Length; at++)
        {
            string field = members[at][..members[at].IndexOf(':')];
            foreach (string? value in Absurd)
            {
                string[] broken = [.. members[..at], .. value is null ? (string[])[] : [$"{field}:{value}"], .. members[(at + 1)..]];
                string log = folder.Write("requests.jsonl", $"{whole}\n{{{string.Join(',', broken)}}}\n");
                try
                {
                    TimelineExport.Run([log], target, new TimelineOptions { FirstTokenMarkers = true });
                    _ = new TraceEvents(File.ReadAllBytes(target));
                    shown++;
                }
                catch (AgentSimException error)
                {
                    Assert.StartsWith($"{log}:2: ", error.Message, StringComparison.Ordinal);
                    Assert.DoesNotContain('\n', error.Message);
                    refused++;
                }
                catch (Exception error) when (error is ArgumentException or OverflowException or InvalidOperationException)
                {
                    Assert.Fail($"{name}, {field} = {value ?? "missing"}: {error}");
                }
            }
        }

        Assert.True(refused > 50 && shown > 50, $"{refused} refused, {shown} shown");
    }

    // An object that was stored may have lost what its lengths promise.
    [Fact]
    public void An_object_without_the_times_of_its_tokens_has_none()
    {
        RequestOutcome outcome = RequestOutcome.Empty with { Arrival = 1, Terminal = 9, OutputLength = 4,
            Status = TerminalStatus.Completed };
        var request = new RequestResult(1, outcome, null, new RequestIdentity(null, null, null));

        Assert.Equal(
            (double?[])[null, null, null, null, null, null, null],
            [
                request.FirstTokenMs, request.SecondTokenMs, request.LastTokenMs, request.TtftMs, request.TtstMs, request.E2eLatencyMs,
                request.ItlMs,
            ]);
        var timeline = new ReplayTimeline([request], new TimelineOptions { FirstTokenMarkers = true });
        TraceEvents events = TraceEvents.Of(stream => timeline.Write(stream));
        Assert.Equal(["request 1 @Worker 0/requests 1+8"], events.Lines("agentsim.request"));
    }
}
