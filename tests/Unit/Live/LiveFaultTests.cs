using System.Diagnostics;
using System.Security;
using AgentSim.Live;
using AgentSim.Metrics;
using AgentSim.Recording;
using AgentSim.Reports;
using AgentSim.Rows;
using AgentSim.Simulation;
using AgentSim.Tests.Rows;
using AgentSim.Workload;

namespace AgentSim.Tests.Live;

/// <summary>What servers, networks and people do wrong: each is an outcome with a name, and nothing hangs.</summary>
public class LiveFaultTests
{
    // Every tenth request meets the fault; the others go well.
    private static ReplayResult Run(Func<ScriptedCall, Task> fault, int requests = 40, LiveSettings? live = null)
    {
        int count = 0;
        using var server = new ScriptedServer(call => Interlocked.Increment(ref count) % 10 == 0 ? fault(call) : call.Answer());
        return LiveBench.Run(
            LiveBench.Plain(requests), (live ?? LiveBench.To(server)) with { Endpoint = LiveEndpoint.Parse(server.Address) });
    }

    private static void Check(ReplayResult result, string name, int? status, int failed = 4)
    {
        Assert.Equal([new RequestFailures(name, failed)], result.Run.Failures);
        RequestResult[] faulty = [.. result.Requests.Where(request => request.Error is not null)];
        Assert.Equal(failed, faulty.Length);
        Assert.All(faulty, request => Assert.Equal(
            (name, status, TerminalStatus.Failed), (request.Error, request.StatusCode, request.TerminalStatus)));
        Assert.Equal(result.Requests.Count - failed, result.Summary.CompletedRequests);
        Assert.Contains(result.Warnings, warning => warning.Code == WarningCodes.LiveRequestsFailed.Id
            && warning.Message.Contains(name, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(429)]
    [InlineData(500)]
    [InlineData(503)]
    [InlineData(400)]
    [InlineData(302)]
    public void A_status_is_a_name(int status) =>
        Check(Run(call => call.Page("""{"error":"no"}""", status, more: "Location: http://127.0.0.1:1/\r\n")), $"http_{status}", status);

    [Fact]
    public void A_reset_before_the_answer() => Check(Run(call => { call.Reset(); return Task.CompletedTask; }), "connection_reset", null);

    [Fact]
    public void A_connection_closed_before_the_answer() =>
        Check(Run(call => { call.HalfClose(); return Task.CompletedTask; }), "connection_closed", null);

    [Fact]
    public void A_reset_in_the_midst_of_the_stream() => Check(Run(async call =>
    {
        await call.BeginStream();
        await call.Token();
        await Task.Delay(30);
        call.Reset();
    }), "connection_reset", 200);

    [Fact]
    public void A_half_closed_stream() => Check(Run(async call =>
    {
        await call.BeginStream();
        await call.Token();
        call.HalfClose();
    }), "stream_ended_early", 200);

    [Fact]
    public void A_stream_that_ends_in_order_but_too_early() => Check(Run(async call =>
    {
        await call.BeginStream();
        await call.Token();
        await call.Send("0\r\n\r\n");
    }), "stream_ended_early", 200);

    [Fact]
    public void An_answer_in_one_piece() => Check(Run(call => call.Page("""{"choices":[{"text":"w"}]}""")), "answer_not_streamed", 200);

    [Fact]
    public void Events_that_are_no_json() => Check(Run(async call =>
    {
        await call.BeginStream();
        await call.Event("{\"choices\":[{");
        call.IsLast = true;
    }), "answer_invalid", 200);

    [Fact]
    public void An_error_in_the_midst_of_the_stream() => Check(Run(async call =>
    {
        await call.BeginStream();
        await call.Token();
        await call.Event("""{"error":{"message":"engine died","code":500}}""");
        call.IsLast = true;
    }), "server_error", 200);

    [Fact]
    public void An_answer_without_a_token() => Check(Run(async call =>
    {
        await call.BeginStream();
        await call.Usage(40, 0);
        await call.EndStream();
    }), "no_tokens", 200);

    [Fact]
    public void A_request_that_takes_longer_than_allowed()
    {
        using var server = new ScriptedServer();
        // Far apart, since all that the server answers at once must come in time on a busy machine, too.
        Check(Run(call => Task.Delay(12_000), live: LiveBench.To(server) with { RequestTimeoutSeconds = 4 }), "timed_out", null);
    }

    [Fact]
    public void A_server_that_closes_every_connection_behind_its_answer_is_no_fault()
    {
        using var server = new ScriptedServer(async call =>
        {
            call.IsLast = true;
            await call.Answer();
        });
        ReplayResult result = LiveBench.Run(LiveBench.Plain(60), LiveBench.To(server));
        // A request may meet the very moment of the close; then that has its name, and is not sent again, since it may have been read.
        Assert.All(result.Run.Failures, failure => Assert.Contains(failure.Name, (string[])["connection_closed", "connection_reset"]));
        Assert.Equal(60, result.Summary.CompletedRequests + result.Run.Failures.Sum(failure => failure.Count));
        Assert.Equal(60, server.Calls.Count + result.Run.Failures.Sum(failure => failure.Count));
    }

    [Fact]
    public void A_request_on_an_old_connection_that_is_closed_meanwhile_is_never_sent_twice()
    {
        // The second request on each connection is read and then dropped: whether it was worked on cannot be known.
        var seen = new HashSet<string>();
        using var server = new ScriptedServer(async call =>
        {
            bool isFirst;
            lock (seen) isFirst = seen.Add(string.Join(',', call.Ids));
            Assert.True(isFirst, "a request came twice");
            if (call.Ids[0] % 3 == 0) call.Reset();
            else await call.Answer();
        });
        ReplayResult result = LiveBench.Run(LiveBench.Plain(60, intervalMs: 3), LiveBench.To(server));
        Assert.Equal(60, seen.Count);
        Assert.Equal(60, result.Summary.CompletedRequests + result.Run.Failures.Sum(failure => failure.Count));
    }

    [Fact]
    public void A_server_killed_in_the_middle_leaves_names_and_what_was_measured()
    {
        int count = 0;
        using var server = new ScriptedServer(async call =>
        {
            if (Interlocked.Increment(ref count) == 30) call.KillServer();
            else await call.Answer(delayMs: 2);
        });
        ReplayResult result = LiveBench.Run(LiveBench.Plain(80, output: 4), LiveBench.To(server));
        Assert.Equal(80, result.Requests.Count);
        Assert.InRange(result.Summary.CompletedRequests, 1, 29);
        Assert.Contains(result.Run.Failures, failure => failure.Name == "connection_refused");
        Assert.All(result.Run.Failures, failure => Assert.Contains(
            failure.Name, (string[])["connection_refused", "connection_reset", "connection_closed", "stream_ended_early"]));
    }

    [Fact]
    public void A_server_that_is_not_there_is_said_before_anything_is_sent()
    {
        string address;
        using (var gone = new ScriptedServer()) address = gone.Address;
        AgentSimException error = Assert.Throws<AgentSimException>(() => LiveBench.Run(LiveBench.Plain(3), LiveBench.To(address)));
        Assert.Equal(Errors.LiveServerUnreachable.Id, error.ErrorId);
        Assert.Contains("connection_refused", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_model_that_the_server_does_not_have_is_said_with_those_it_has()
    {
        using var server = new ScriptedServer();
        AgentSimException error = Assert.Throws<AgentSimException>(
            () => LiveBench.Run(LiveBench.Plain(3), LiveBench.To(server) with { Model = "x" }));
        Assert.Equal(Errors.LiveServerRefused.Id, error.ErrorId);
        Assert.Contains("'m'", error.Message, StringComparison.Ordinal);
        Assert.Empty(server.Calls);
    }

    [Theory]
    [InlineData(0, true)]
    [InlineData(1, true)]    // one of 200 is within 1 %
    [InlineData(6, false)]
    public void Counts_that_are_off_for_more_than_one_percent_fail_the_run_by_name(int off, bool expected)
    {
        int count = 0;
        using var server = new ScriptedServer(call => call.Answer(tokens: Interlocked.Increment(ref count) <= off ? 2 : 3));
        ReplayResult result = LiveBench.Run(LiveBench.Plain(200), LiveBench.To(server));
        Assert.Equal(expected, result.Warnings.All(warning => warning.Code != WarningCodes.LiveCountsOff.Id));
        if (!expected) Assert.Equal((false, Errors.LiveCountsOff.Id), (result.Run.Valid, LiveReplay.Fault(result)!.ErrorId));
    }

    [Fact]
    public void A_server_that_counts_other_prompts_or_nothing_fails_the_run_by_name()
    {
        using var server = new ScriptedServer(call => call.Answer(prompt: 41));
        ReplayResult result = LiveBench.Run(LiveBench.Plain(10), LiveBench.To(server));
        Assert.Equal(Errors.LiveCountsOff.Id, LiveReplay.Fault(result)!.ErrorId);

        using var silent = new ScriptedServer(async call =>
        {
            await call.BeginStream();
            for (int i = 0; i < 3; i++) await call.Token(i == 2);
            await call.EndStream();
        });
        result = LiveBench.Run(LiveBench.Plain(10), LiveBench.To(silent));
        Assert.Equal(10, result.Summary.CompletedRequests);
        Assert.Equal(Errors.LiveCountsOff.Id, LiveReplay.Fault(result)!.ErrorId);
        Assert.Contains(result.Warnings, warning => warning.Code == WarningCodes.LiveCacheUnknown.Id);
        Assert.Contains("prefix_cache_reused_ratio", result.Summary.EmptyMetrics);   // and not a ratio of 0
    }

    [Fact]
    public void A_failed_request_ends_its_play_and_the_rest_goes_on()
    {
        MooncakeRow[] rows = [PlayRows.Row("a", "A", 0), PlayRows.Row("b", "A", 0, PlayRows.After("a", 1)), PlayRows.Row("c", "B", 5)];
        (rows[0].InputLength, rows[0].HashIds) = (33, [1, 2, 3]);
        ReplayWorkload load = WorkloadLoader.FromRows(rows);
        using var server = new ScriptedServer(call => call.Ids.Length == 33 ? call.Page("{}", 429) : call.Answer());
        ReplayResult result = LiveBench.Run(load, LiveBench.To(server));
        Assert.Equal([("a", "http_429"), ("c", null)], result.Requests.Select(request => (request.RequestId, request.Error)));
    }

    [Fact]
    public void Stopping_ends_within_a_second_and_keeps_what_was_measured_marked_partial()
    {
        using var stop = new CancellationTokenSource();
        int count = 0;
        using var server = new ScriptedServer(async call =>
        {
            if (Interlocked.Increment(ref count) <= 20) await call.Answer();
            else await Task.Delay(60_000);   // hangs, as servers do
            if (count == 20) stop.CancelAfter(300);
        });
        var watch = new Stopwatch();
        stop.Token.Register(watch.Start);
        ReplayResult result = LiveBench.Run(LiveBench.Plain(4000, intervalMs: 5), LiveBench.To(server), null, stop.Token);
        Assert.True(watch.ElapsedMilliseconds < 1000, $"it took {watch.ElapsedMilliseconds} ms");
        Assert.Equal((true, false), (result.Run.Partial, result.Run.Valid));
        Assert.Equal(20, result.Summary.CompletedRequests);
        Assert.Contains(result.Requests, request => request is { TerminalStatus: TerminalStatus.Canceled, Error: "interrupted" });
        using var report = new MemoryStream();
        ReportWriter.Write(report, result.Summary, result.Run);
        Assert.Contains("\"partial\": true", System.Text.Encoding.UTF8.GetString(report.ToArray()), StringComparison.Ordinal);
    }

    [Fact]
    public void A_time_limit_cuts_requests_off_and_is_no_interruption()
    {
        using var server = new ScriptedServer(call => call.Ids.Length > 0 && call.Ids[0] % 2 == 0 ? call.Answer() : Task.Delay(60_000));
        ReplayResult result = LiveBench.Run(LiveBench.Plain(50), LiveBench.To(server), new ReplaySettings { MaxSimTimeMs = 400 });
        Assert.False(result.Run.Partial);
        Assert.True(result.Summary.CutOffRequests > 0);
        Assert.Equal(50, result.Summary.CutOffRequests + result.Summary.CompletedRequests);
    }

    [Fact]
    public void No_output_ever_has_the_key()
    {
        const string Secret = "sk-very-secret-0123456789";
        var text = new SecureString();
        foreach (char unit in Secret) text.AppendChar(unit);
        ApiKey key = ApiKey.FromSecureString(text);
        // A server that repeats the key in everything it says.
        using var server = new ScriptedServer(async call =>
        {
            Assert.Contains($"Bearer {Secret}", call.Head, StringComparison.Ordinal);
            if (call.Ids[0] % 2 == 0) await call.Page($$"""{"error":"bad key {{Secret}}"}""", 401);
            else
            {
                await call.BeginStream();
                await call.Event($$"""{"error":"not with {{Secret}}"}""");
                call.IsLast = true;
            }
        });
        LiveSettings live = LiveBench.To(server) with { Key = key };
        ReplayResult result = LiveBench.Run(LiveBench.Plain(20), live);
        using var output = new MemoryStream();
        ReportWriter.Write(output, result.Summary, result.Run);
        RequestLogWriter.Write(output, result.Requests);
        AgentSim.Reports.Html.HtmlReport.Write(output, [new ReportedRun(result)]);
        string all = $"{System.Text.Encoding.UTF8.GetString(output.ToArray())} {MetricTable.Render(result)} {live} {key} {result.Run}"
            + LiveReplay.Fault(result);
        Assert.DoesNotContain(Secret, all, StringComparison.Ordinal);
        Assert.Contains("***", all, StringComparison.Ordinal);

        using var refusing = new ScriptedServer { Models = $$"""{"data":[{"id":"{{Secret}}"}]}""" };
        AgentSimException error = Assert.Throws<AgentSimException>(() => LiveBench.Run(
            LiveBench.Plain(1), live with { Endpoint = LiveEndpoint.Parse(refusing.Address) }));
        Assert.DoesNotContain(Secret, error.ToString(), StringComparison.Ordinal);
    }
}
