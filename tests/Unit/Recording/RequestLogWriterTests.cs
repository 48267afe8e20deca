using System.Text;
using System.Text.Json;
using AgentSim.Json;
using AgentSim.Recording;
using AgentSim.Tests.Reports;

namespace AgentSim.Tests.Recording;

public class RequestLogWriterTests
{
    private static readonly string[] Keys =
    [
        "session_id", "turn_index", "uuid", "arrival_time_ms", "first_admit_ms", "terminal_time_ms", "first_token_ms", "last_token_ms",
        "ttft_ms", "ttst_ms", "e2e_latency_ms", "itl_ms", "input_length", "requested_output_length", "output_length", "reused_input_tokens",
        "prefill_worker_idx", "decode_worker_idx", "prefill_admit_ms", "source_held_ms", "destination_reserved_ms",
            "destination_activated_ms",
        "decode_admit_ms", "source_released_ms", "decode_reused_input_tokens", "prefill_route_overlap_tokens",
            "decode_route_overlap_tokens",
        "terminal_status",
    ];

    private static string[] Lines(RequestOutcome[] outcomes, IRequestIdentities identities)
    {
        using var stream = new MemoryStream();
        RequestLogWriter.Write(stream, new RequestResults(outcomes, null, identities));
        string text = Encoding.UTF8.GetString(stream.ToArray());
        Assert.True(text.Length == 0 || text[^1] == '\n');
        return text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    [Theory]
    [InlineData(1023)]
    [InlineData(1024)]
    [InlineData(3000)]
    public void Many_records_are_written_as_they_are_one_by_one(int count)
    {
        var random = new Random(count);
        var outcomes = new RequestOutcome[count];
        foreach (ref RequestOutcome outcome in outcomes.AsSpan())
        {
            outcome = RequestOutcome.Empty;
            outcome.Arrival = random.NextDouble() * 1e6;
            outcome.Terminal = outcome.Arrival + random.Next(1000);
            outcome.OutputLength = random.Next(3);
            outcome.FirstToken = outcome.LastToken = outcome.Terminal;
            outcome.Status = TerminalStatus.Completed;
        }

        var results = new RequestResults(outcomes, null, new Names());
        using MemoryStream divided = new(), plain = new();
        RequestLogWriter.Write(divided, results);
        RequestLogWriter.Write(plain, [.. results]);
        Assert.Equal(count, plain.ToArray().Count(unit => unit == '\n'));
        Assert.Equal(Encoding.UTF8.GetString(plain.ToArray()), Encoding.UTF8.GetString(divided.ToArray()));
    }

    // Times with and without values, counts beyond what happens, and names that need escapes beside such that need none.
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Plain_records_are_written_as_by_their_fields(bool areSplit)
    {
        var random = new Random(areSplit ? 5 : 6);
        double Time() => random.Next(8) switch
        {
            0 => double.NaN, 1 => random.Next(100), 2 => random.NextDouble() * 1e-9, 3 => random.NextDouble() * 1e17, 4 => 0.0,
            _ => random.NextDouble() * 1e6,
        };
        double Known() => Time() is var time && double.IsNaN(time) ? 7.25 : time;
        int Any() => random.Next(5) switch { 0 => -1, 1 => int.MaxValue, 2 => random.Next(), _ => random.Next(2000) };
        int count = 2500;
        var outcomes = new RequestOutcome[count];
        var handoffs = new HandoffOutcome[count];
        for (int i = 0; i < count; i++)
        {
            outcomes[i] = new RequestOutcome
            {
                Arrival = Known(), FirstAdmit = Time(), FirstToken = Time(), SecondToken = Time(), LastToken = Time(), Terminal = Known(),
                InputLength = Any(), RequestedOutput = Any(), OutputLength = random.Next(4), ReusedInput = Any(), Worker = Any(),
                Status = (TerminalStatus)random.Next(1, 5),
            };
            handoffs[i] = new HandoffOutcome
            {
                PrefillAdmit = Time(), SourceHeld = Time(), DestinationReserved = Time(), DestinationActivated = Time(),
                DecodeAdmit = Time(), SourceReleased = Time(), PrefillWorker = Any(), PrefillReused = Any(), DecodeReused = Any(),
                PrefillOverlapTokens = Any(), DecodeOverlapTokens = Any(),
            };
        }

        var results = new RequestResults(outcomes, areSplit ? handoffs : null, new OddNames());
        var json = new JsonLineWriter(null);
        int plain = 0;
        for (int i = 0; i < count; i++)
        {
            json.Clear();
            if (!results.TryWritePlain(json, i)) continue;
            plain++;
            string written = Encoding.UTF8.GetString(json.Written);
            json.Clear();
            RequestLogFields.All.Write(json, results[i]);
            Assert.Equal(Encoding.UTF8.GetString(json.Written) + "\n", written);
        }

        Assert.Equal(count * OddNames.PlainOf / OddNames.Of, plain);
    }

    private sealed class OddNames : IRequestIdentities
    {
        public const int Of = 10, PlainOf = 5;

        public bool IsAgentic => true;

        public int SessionNumber(int ordinal) => -1;

        public RequestIdentity this[int ordinal] => (ordinal % Of) switch
        {
            0 => new("a\"b", 1, null),
            1 => new("back\\slash", 1, "r"),
            2 => new("ünïcode", 1, "r"),
            3 => new("a", 2, "\u007f"),
            4 => new("a", int.MaxValue, "tab\t"),
            5 => new(null, null, null),
            6 => new("", 0, ""),
            7 => new("<a>&'+`/", 3, $"r{ordinal}"),
            8 => new(new string('~', 3000), 4, new string(' ', 2000)),
            _ => new(null, null, "r"),
        };
    }

    [Fact]
    public void Records_come_by_arrival_and_those_of_one_time_by_ordinal()
    {
        var random = new Random(9);
        RequestOutcome[] outcomes = [.. Enumerable.Range(0, 3000).Select(_ => RequestOutcome.Empty with
        {
            Arrival = random.Next(20) switch { 0 => double.NaN, 1 => -0.0, 2 => 0.0, var time => time / 2 },
            Status = random.Next(9) > 0 ? TerminalStatus.Completed : TerminalStatus.None,
        })];
        IEnumerable<int> wanted = Enumerable.Range(0, outcomes.Length).Where(i => outcomes[i].Status != TerminalStatus.None)
            .OrderBy(i => outcomes[i].Arrival).ThenBy(i => i).Select(i => i + 1);
        Assert.Equal(wanted, new RequestResults(outcomes, null, new Names()).Select(result => result.Ordinal));
    }

    [Fact]
    public void A_number_that_json_cannot_say_is_refused_among_many_records()
    {
        RequestOutcome[] outcomes = [.. Enumerable.Range(0, 2000).Select(i => RequestOutcome.Empty with
        {
            Arrival = i, Terminal = i == 1500 ? double.PositiveInfinity : i, Status = TerminalStatus.Completed,
        })];
        using var stream = new MemoryStream();
        AgentSimException error = Assert.Throws<AgentSimException>(() =>
            RequestLogWriter.Write(stream, new RequestResults(outcomes, null, new Names())));
        Assert.Equal("ResultNotFinite", error.ErrorId);
    }

    private sealed class Names : IRequestIdentities
    {
        public bool IsAgentic => true;

        public RequestIdentity this[int ordinal] => new($"session \"{ordinal % 7}\"", ordinal % 3, $"r{ordinal}");

        public int SessionNumber(int ordinal) => ordinal % 7;
    }

    [Fact]
    public void The_worked_example_gives_the_reference_records_by_arrival()
    {
        JsonElement[] lines = [.. Lines(Sample.Outcomes(), new Sample()).Select(l => JsonDocument.Parse(l).RootElement)];

        Assert.Equal(["A", "B", "A"], lines.Select(l => l.GetProperty("session_id").GetString()));
        Assert.Equal([0, 0, 1], lines.Select(l => l.GetProperty("turn_index").GetInt32()));
        Assert.All(lines, l => Assert.Equal(Keys, l.EnumerateObject().Select(p => p.Name)));

        JsonElement a0 = lines[0], b = lines[1], a1 = lines[2];
        Assert.Equal("00000000-0000-0000-0000-000000000001", a0.GetProperty("uuid").GetString());
        Assert.Equal(22.734314, a0.GetProperty("ttft_ms").GetDouble());
        Assert.Equal(5.749889, a0.GetProperty("ttst_ms").GetDouble());
        Assert.Equal(5.749889000000001, a0.GetProperty("itl_ms").GetDouble());
        Assert.Equal("0.0", a0.GetProperty("arrival_time_ms").GetRawText());
        Assert.Equal("completed", a0.GetProperty("terminal_status").GetString());
        Assert.Equal(22.487759, b.GetProperty("e2e_latency_ms").GetDouble());
        Assert.Equal(JsonValueKind.Null, b.GetProperty("ttst_ms").ValueKind);
        Assert.Equal(JsonValueKind.Null, b.GetProperty("itl_ms").ValueKind);
        Assert.Equal(1, b.GetProperty("decode_worker_idx").GetInt32());
        Assert.Equal(22.740905999999995, a1.GetProperty("ttft_ms").GetDouble());
        Assert.Equal(5.756479999999996, a1.GetProperty("itl_ms").GetDouble());
        Assert.Equal(28.49738599999999, a1.GetProperty("e2e_latency_ms").GetDouble());
        Assert.Equal(32, a1.GetProperty("reused_input_tokens").GetInt32());
        Assert.Equal(JsonValueKind.Null, a1.GetProperty("prefill_worker_idx").ValueKind);
    }

    [Fact]
    public void Rejected_requests_have_null_latencies_and_unfinished_ones_no_line()
    {
        RequestOutcome[] outcomes =
        [
            Sample.Rejected(arrival: 1, terminal: 1, input: 160),
            RequestOutcome.Empty with { Arrival = 0 },
            Sample.Outcome(2, 37.871054, [], input: 16) with { Terminal = 80.925517, Worker = -1 },
        ];
        JsonElement[] lines = [.. Lines(outcomes, new Sample()).Select(l => JsonDocument.Parse(l).RootElement)];

        Assert.Equal(2, lines.Length);
        Assert.Equal("rejected", lines[0].GetProperty("terminal_status").GetString());
        Assert.Equal(1.0, lines[0].GetProperty("terminal_time_ms").GetDouble());
        foreach (string key in (string[])["first_admit_ms", "first_token_ms", "last_token_ms", "ttft_ms", "ttst_ms", "e2e_latency_ms",
            "itl_ms"])
            Assert.Equal(JsonValueKind.Null, lines[0].GetProperty(key).ValueKind);
        Assert.Equal(37.871054, lines[1].GetProperty("first_admit_ms").GetDouble());
        Assert.Equal(JsonValueKind.Null, lines[1].GetProperty("e2e_latency_ms").ValueKind);
        Assert.Equal(JsonValueKind.Null, lines[1].GetProperty("decode_worker_idx").ValueKind);
        Assert.Equal(0, lines[1].GetProperty("output_length").GetInt32());
    }

    [Fact]
    public void Agentic_records_also_carry_the_row_id()
    {
        string[] lines = Lines(Sample.Outcomes(), new Sample { IsAgentic = true });
        Assert.All(lines, l => Assert.EndsWith("\"}", l));
        Assert.Equal(
            ["row-1", "row-3", "row-2"], lines.Select(l => JsonDocument.Parse(l).RootElement.GetProperty("request_id").GetString()));
    }

    [Fact]
    public void Equal_arrivals_keep_load_order()
    {
        RequestOutcome[] outcomes = [.. Enumerable.Range(0, 40).Select(i => Sample.Outcome(i % 3, 5, [9], input: 1))];
        int[] ordinals = [.. new RequestResults(outcomes, null, new Sample()).Select(r => r.Ordinal)];
        Assert.Equal(Enumerable.Range(1, 40).OrderBy(o => (o - 1) % 3).ThenBy(o => o), ordinals);
    }

    // PowerShell takes a member of the list where there is one, and those of its records only else: $result.Requests.SessionId.
    [Fact]
    public void Members_of_the_list_do_not_hide_those_of_its_records() =>
        Assert.Empty(typeof(RequestResults).GetMembers().Select(member => member.Name)
            .Intersect(typeof(RequestResult).GetProperties().Select(property => property.Name)));
}
