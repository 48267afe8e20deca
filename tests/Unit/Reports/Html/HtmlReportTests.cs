using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using AgentSim.Metrics;
using AgentSim.Reports;
using AgentSim.Reports.Html;
using AgentSim.Simulation;
using AgentSim.Tests.Simulation;

namespace AgentSim.Tests.Reports.Html;

public class HtmlReportTests
{
    private const string Hostile = "</script><script>alert(1)</script><img src=x onerror=alert(2)>\"' onload='x\u2028&amp;";

    [Fact]
    public void A_page_has_every_part_and_a_place_for_every_plot()
    {
        string markup = Pages.Markup(Pages.Html(Pages.AgenticRun()));
        int before = 0;
        foreach (string part in (string[])["run", "answers", "summary", "tasks", "load", "reuse", "distributions", "lanes", "slowest",
            "settings"])
        {
            int at = markup.IndexOf($"<section id=\"{part}\"", StringComparison.Ordinal);
            Assert.True(at > before, $"{part} stands where a reader asks for it");
            before = at;
            Assert.Contains($"<section id=\"{part}\"", markup);
            Assert.Contains($"<a href=\"#{part}\">", markup);
        }

        foreach (string plot in (string[])["ttft-cdf", "itl-histogram", "tpot-cdf", "latency-histogram", "running", "waiting",
            "reuse-so-far", "reuse-slice"])
            Assert.Contains($"id=\"plot-{plot}\"", markup);
        Assert.DoesNotContain("id=\"differences\"", markup);
    }

    [Fact]
    public void The_markup_is_well_formed()
    {
        string markup = Pages.Markup(Pages.Html(Pages.AgenticRun(), Pages.AgenticRun(workers: 2)));
        var open = new Stack<string>();
        foreach (Match tag in Regex.Matches(markup, "<(/?)([a-z0-9]+)((?:\\s+[a-z-]+(?:=\"[^\"<>]*\")?)*)\\s*(/?)>"))
        {
            string name = tag.Groups[2].Value;
            if (tag.Groups[4].Value == "/" || name is "meta" or "br" or "input") continue;
            if (tag.Groups[1].Value.Length == 0) open.Push(name);
            else Assert.Equal(open.Pop(), name);
        }

        Assert.Empty(open);
        // Every < begins one of those tags.
        Assert.DoesNotContain('<', Regex.Replace(markup, "<!DOCTYPE html>|</?[a-z0-9]+(?:\\s+[a-z-]+(?:=\"[^\"<>]*\")?)*\\s*/?>", ""));
        string[] ids = [.. Regex.Matches(markup, "\\sid=\"([^\"]+)\"").Select(match => match.Groups[1].Value)];
        Assert.Equal(ids.Distinct(), ids);
    }

    [Fact]
    public void Text_of_traces_and_callers_is_shown_and_never_markup()
    {
        string session = JsonSerializer.Serialize(Hostile);
        string rows = Pages.Agentic.Replace("\"main\"", session).Replace("\"a1\"", JsonSerializer.Serialize("a1" + Hostile))
            .Replace("\"bash\"", session);
        ReplayResult result = Sim.Run(rows, Sim.Settings() with { ModelName = Hostile }, AgentSim.Rows.TraceFormat.AgenticMooncake);
        string html = Pages.Html(new ReportedRun(result, Hostile) { Limits = [MetricLimit.Parse("p99_ttft_ms", "0.1").Test(5, null)] });

        Assert.DoesNotContain("<img", html);
        Assert.DoesNotContain("alert(1)</script>", html);
        Assert.DoesNotContain("onload='x", html);
        Assert.Equal(3, Regex.Count(html, "<script[ >]"));   // the data, the library, our own
        JsonElement lanes = Pages.Data(html).GetProperty("lanes")[0];
        Assert.Contains(Hostile, lanes.GetProperty("names").EnumerateArray().Select(name => name.GetString()));
        Assert.Contains("a1" + Hostile, lanes.GetProperty("ids").EnumerateArray().Select(id => id.GetString()));
        Assert.Contains(Hostile + " 5.50 ms", lanes.GetProperty("tools").EnumerateArray().Select(tools => tools.GetString()));
    }

    [Fact]
    public void The_policy_names_exactly_the_scripts_and_styles_of_the_page()
    {
        string html = Pages.Html(Pages.AgenticRun());
        string policy = System.Net.WebUtility.HtmlDecode(Regex.Match(html,
            "Content-Security-Policy\" content=\"([^\"]*)\"").Groups[1].Value);
        Assert.StartsWith("default-src 'none'; ", policy);
        Assert.DoesNotContain("unsafe", policy);
        foreach (string name in (string[])["script", "style"])
        {
            string[] digests = [.. Pages.Elements(html, name)
                .Select(text => $"'sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(text)))}'")];
            Assert.Equal(2, digests.Length);
            Assert.Contains($"{name}-src {string.Join(' ', digests)};", policy);
        }
    }

    [Fact]
    public void The_page_asks_nothing_of_the_network_and_has_no_inline_handlers()
    {
        string html = Pages.Html(Pages.AgenticRun());
        string markup = Pages.Markup(html);
        Assert.DoesNotMatch("\\s(src|on[a-z]+|style)=", markup);
        Assert.DoesNotContain("href=\"http", markup);
        foreach (string text in (string[])[.. Pages.Elements(html, "script"), .. Pages.Elements(html, "style")])
            Assert.DoesNotMatch("fetch\\(|XMLHttpRequest|import\\(|@import|url\\(|WebSocket", text);
    }

    [Fact]
    public void The_library_comes_with_its_licence() =>
        Assert.All((string[])["script", "style"], name => Assert.Contains("Copyright (c) 2022 Leon Sorokin",
            Pages.Elements(Pages.Html(Pages.AgenticRun()), name)[0]));

    [Fact]
    public void Metrics_settings_inputs_and_limits_are_in_the_tables()
    {
        ReplayResult result = Pages.AgenticRun(settings: Sim.Settings() with { ServiceLevel = new ServiceLevel(TtftMs: 30) });
        string html = Pages.Html(new ReportedRun(result) { Limits = [MetricLimit.Parse("p99_ttft_ms", "1")
            .Test(result.Summary["p99_ttft_ms"], null)] });
        Assert.Contains($"title=\"{MetricText.Value(result.Summary.Ttft.P99)} ms\">{PeopleText.Ms(result.Summary.Ttft.P99)}</td>", html);
        Assert.Contains("✗ missed", html);
        Assert.Contains("completed requests kept the service level (time to first token at most 30 ms)", html);
        Assert.Contains(result.Run.Inputs[0].Sha256!, html);
        Assert.Contains("<code>engine_args.block_size</code></th><td><bdi>16</bdi>", html);
        Assert.Contains("<code>router_seed</code></th><td><bdi>3516948205</bdi>", html);
    }

    [Fact]
    public void Several_runs_are_overlaid_and_their_differences_marked_in_words()
    {
        ReplayResult one = Pages.AgenticRun(), two = Pages.AgenticRun(workers: 2);
        string html = Pages.Html(one, two);
        Assert.Contains("num_workers 1", html);
        Assert.Contains("Settings that differ", html);
        Assert.Matches("class=\"number (better|worse)\"><span class=\"value\">[^<]+</span><br><small>(▲ better|▼ worse) [+−]", html);
        JsonElement data = Pages.Data(html);
        Assert.Equal(["num_workers 1", "num_workers 2"], data.GetProperty("runs").EnumerateArray().Select(name => name.GetString()));
        Assert.Equal(2, data.GetProperty("distributions").GetProperty("ttft").GetProperty("cdf").GetArrayLength());
        // two workers and their sum
        Assert.Equal([1, 3], data.GetProperty("load").GetProperty("runs").EnumerateArray().Select(run => run.GetArrayLength()));
        Assert.Equal(2, data.GetProperty("lanes").GetArrayLength());
    }

    [Fact]
    public void Slowest_requests_link_to_requests_that_the_lanes_have()
    {
        string html = Pages.Html(Pages.Synthetic(sessions: 12_000, turns: 1));
        JsonElement data = Pages.Data(html);
        int[] shown = Numbers<int>(data.GetProperty("lanes")[0], "ordinal");
        int[] linked = [.. Regex.Matches(html, "href=\"#lane-0-(\\d+)\"")
            .Select(match => int.Parse(match.Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture))];
        Assert.Equal(20, linked.Length);
        Assert.Subset(shown.ToHashSet(), linked.ToHashSet());
        Assert.Equal(5_000, shown.Length);
        Assert.Contains("the lanes show a sample of 5,000 requests, among them the slowest", html);
        Assert.Equal(4, data.GetProperty("lanes")[0].GetProperty("names").GetArrayLength());
        Assert.False(data.GetProperty("lanes")[0].TryGetProperty("ids", out _));   // what nobody has takes no room
    }

    [Fact]
    public void What_ran_on_whose_timing_and_with_which_warnings_stands_before_the_numbers()
    {
        ReplayResult result = Sim.Run(
            """
            {"timestamp":0,"input_length":32,"output_length":3,"hash_ids":[1,2]}
            {"timestamp":1,"input_length":320,"output_length":3,"hash_ids":[1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20]}

            """,
            Sim.Settings("""{"block_size":16,"num_gpu_blocks":8}"""));
        string html = Pages.Html(result), head = html[..html.IndexOf("<section id=\"summary\"", StringComparison.Ordinal)];
        foreach (string fact in (string[])["2 requests, as they arrive; 1 rejected", "vllm num_gpu_blocks=8 block_size=16", "none, there is one worker",
            "built-in: nvidia/Llama-3.1-8B-Instruct-FP8 on one H200", "1 request of 2 did not complete", result.Load.Sentence])
            Assert.Contains(fact, System.Net.WebUtility.HtmlDecode(head));
        Assert.Contains("<h1>Replay report: <bdi>trace.jsonl</bdi></h1>", head);
    }

    [Fact]
    public void An_overloaded_run_says_so_at_the_top_and_at_its_load()
    {
        ReplaySettings settings = Sim.Settings();
        ReplayResult result = Replay.Run(AgentSim.Workload.SyntheticLoad.Create(new AgentSim.Workload.SyntheticOptions
        {
            InputTokens = 2_048, OutputTokens = 100, RequestCount = 500, RequestRate = 50,
        }, settings.Engine.BlockSize), settings);
        Assert.True(result.Load.IsOverloaded);
        Assert.Equal(2, Regex.Count(Pages.Html(result), Regex.Escape(result.Load.Sentence)));
    }

    [Fact]
    public void Several_runs_say_what_differs_once_and_what_the_change_gained()
    {
        string html = Pages.Html(new ReportedRun(Pages.AgenticRun(), "one"), new ReportedRun(Pages.AgenticRun(workers: 2), "two"));
        string head = System.Net.WebUtility.HtmlDecode(html[..html.IndexOf("<section id=\"summary\"", StringComparison.Ordinal)]);
        Assert.Contains("<h1>Replay report: <bdi>2 runs compared</bdi></h1>", head);
        Assert.Contains("<td colspan=\"2\" data-label=\"all runs\"><bdi>vllm block_size=16</bdi></td>", head);
        Assert.Contains("<td data-label=\"two\"><bdi>2</bdi></td>", head);
        Assert.Contains("▲ Better than one", head);
        Assert.Matches("▼ Worse than one</bdi></strong>:<ul>\n<li>[^\n]* instead of [^\n]* \\([+−][^\n]*\\)</li>", head);
        Assert.Matches("<bdi>Against one</bdi></strong>: <bdi>[^\n]*(lower|higher|about the same)", head);
        Assert.Equal(1, Regex.Count(head, "latencies may be off by half. So take"));
        Assert.Equal(1, Regex.Count(head, "built-in: nvidia"));
    }

    [Fact]
    public void Bounds_of_the_service_level_are_lines_in_the_plots_they_are_of()
    {
        JsonElement plots = Pages.Data(Pages.Html(Pages.AgenticRun(settings: Sim.Settings() with
        {
            ServiceLevel = new ServiceLevel(TtftMs: 30, ItlMs: 6),
        }))).GetProperty("distributions");
        double[] Bounds(string plot) => [.. plots.GetProperty(plot).GetProperty("bounds").EnumerateArray().Select(bound => bound.GetDouble())];
        Assert.Equal([30.0], Bounds("ttft"));
        Assert.Equal([6.0], Bounds("tpot"));
        Assert.Empty(Bounds("itl"));
        Assert.Empty(Bounds("latency"));
    }

    [Fact]
    public void Hundred_thousand_requests_stay_below_10_MB()
    {
        ReplayResult result = Pages.Synthetic(sessions: 20_000, turns: 5);
        Assert.Equal(100_000, result.Requests.Count);
        Assert.InRange(Encoding.UTF8.GetByteCount(Pages.Html(result)), 100_000, 1_500_000);
    }

    [Fact]
    public void Of_very_many_workers_the_first_are_there_and_their_sum_and_the_page_says_so()
    {
        string html = Pages.Html(Pages.AgenticRun(workers: 70));
        Assert.Equal(65, Pages.Data(html).GetProperty("load").GetProperty("runs")[0].GetArrayLength());
        Assert.Contains("The first 64 workers are there one by one", html);
    }

    [Fact]
    public void A_run_in_which_nothing_ended_still_makes_a_page()
    {
        string html = Pages.Html(Pages.AgenticRun(settings: Sim.Settings() with { MaxSimTimeMs = 0.001 }));
        Assert.Empty(Pages.Data(html).GetProperty("distributions").EnumerateObject());
    }

    [Fact]
    public void Cancelling_ends_the_writing()
    {
        using var cancellation = new CancellationTokenSource();
        cancellation.Cancel();
        Assert.Throws<OperationCanceledException>(() => HtmlReport.Write(Stream.Null, [new ReportedRun(Pages.AgenticRun())],
            cancellation.Token));
    }

    [Fact]
    public void Names_of_any_length_and_broken_text_do_not_swell_or_break_the_page()
    {
        string rows = Pages.Agentic.Replace("\"main\"", $"\"{new string('x', 3_000_000)}\"")
            .Replace("\"other\"", "\"\\u202e\\u0000\\ud83d\\ude00\"");
        string html = Pages.Html(Sim.Run(rows, Sim.Settings(), AgentSim.Rows.TraceFormat.AgenticMooncake));
        Assert.InRange(html.Length, 1, 300_000);
        Assert.Contains("\u202e\0😀", Pages.Data(html).GetProperty("lanes")[0].GetProperty("names").EnumerateArray()
            .Select(name => name.GetString()));
    }

    private static T[] Numbers<T>(JsonElement lanes, string column)
        where T : unmanaged => System.Runtime.InteropServices.MemoryMarshal.Cast<byte, T>(lanes.GetProperty(column).GetBytesFromBase64())
        .ToArray();
}
