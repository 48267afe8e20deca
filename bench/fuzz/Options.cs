using System.Text.RegularExpressions;

namespace AgentSim.Fuzz;

/// <summary>The options of a command, as its own help lists them, so that new ones are tried without a word here.</summary>
internal sealed partial class Options
{
    /// <summary>Numbers of things that are made, however many: large ones are wishes, not faults.</summary>
    private static readonly string[] Amounts =
    [
        "--num-workers", "--num-prefill-workers", "--num-decode-workers", "--copies", "--request-count", "--turns-per-session",
        "--input-tokens",
        "--output-tokens", "--jobs", "--output-ratio", "--min", "--max", "--step", "--seeds", "--concurrent-tasks",
    ];

    /// <summary>Values that mean something. Everything else gets numbers or edge values.</summary>
    private static readonly Dictionary<string, string[]> Words = new()
    {
        ["--trace-format"] = Seeds.TraceFormats,
        ["--router-mode"] = ["kv_router", "round_robin"],
        ["--replay-mode"] = ["offline", "online"],
        ["--rebase"] = ["keep", "together", "rate=1", "rate=0", "rate=-1", "rate=1e308", "rate=5e-324", "rate=NaN"],
        ["--prefix"] = ["chain", "usage", "none"],
        ["--preset"] = ["azure", "burstgpt", "litellm", "bailian", "vllm-bench", "tracelab"],
        ["--map"] = ["input=ContextTokens", "output=GeneratedTokens", "start=timestamp:s", "start=TIMESTAMP:ns", "input=", "x=y",
            "input=in", "cached=x\u001b[2J"],
        ["--copies-offset"] = ["window", "gap"],
        ["--tool-speedup-ratio"] = ["2", "bash=2", "1.5,bash=2", "0", "bash=5e-324", "bash=1e308", "bash=", "=2", "a=1,a=2"],
        ["--fail-on"] = ["p99_ttft_ms>500", "request_throughput_rps<2", "mean_ttft_ms>+5%", "p99_ttft_ms>1e308", "x>1", "e2e_mape>5%",
            "ttft_p50>0%", "mean_itl_ms<-5%"],
        ["--metric"] = ["p99_ttft_ms", "*ttft*", "*", "mean_itl_ms", "nope"],
        ["--sort"] = ["p99_ttft_ms", "request_throughput_rps", "nope"],
        ["--since"] = ["2026-02-03", "0001-01-01", "9999-12-31T23:59:59Z", "2026-13-01"],
        ["--until"] = ["2026-02-04", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"],
        ["--engine-type"] = ["vllm", "sglang", "trtllm"],
        ["--prompts"] = ["different", "same-length", "one-text"],
        ["--timing-profile"] = ["fitted.npz", "small.npz"],
        ["--router-policy-config"] = ["policy.yaml"],
        ["--find"] = ["workers", "tasks", "rate", "kv-blocks", "nope"],
        ["--limit"] = ["p99_ttft_ms=500", "mean_itl_ms<=20", "request_throughput_rps>=1", "x=1", "p99_ttft_ms=1e999", "="],
        ["--shard"] = ["0/2", "1/2", "2/2", "0/0", "-1/2", "0/99999999999999999999"],
        ["--merge"] = ["sweep.jsonl"],
        ["--prompt-mode"] = ["tokens", "text", "words"],
        ["--cache-salt"] = ["auto", "always", "never"],
        ["--token-ids"] = ["1000-2000", "5-5", "9-1", "0-2147483647", "-1--1", "1000-1001"],
        ["--endpoint"] = ["http://127.0.0.1:1", "http://[::1]:1/", "ftp://x", "http://127.0.0.1:99999", "127.0.0.1"],
        ["--api-key-env"] = ["HOME", "NO_SUCH_VARIABLE", ""],
        ["--model-name"] = ["m"],
        ["--model"] = ["m"],
    };

    /// <summary>What options write. Names begin with <see cref="CaseMaker.Out"/>, so that all else there is left over.</summary>
    private static readonly Dictionary<string, string[]> Outputs = new()
    {
        ["--report-json"] = ["out.report.json"],
        ["--report-jsonl"] = ["out.requests.jsonl"],
        ["--report-html"] = ["out.report.html"],
        ["--report-agents"] = ["out.agents.csv", "out.agents.json", "out.agents.jsonl"],
        ["--timeline"] = ["out.timeline.json", "out.timeline.json.gz"],
        ["--output-file"] = ["out.rows.jsonl"],
        ["--csv"] = ["out.sweep.csv"],
        ["--jsonl"] = ["out.sweep.jsonl"],
        ["--json"] = ["out.capacity.json"],
        ["--output-path"] = ["out.import"],
        ["--summary"] = ["out.summary.json"],
    };

    private readonly string _command;
    private readonly List<(string Name, string Value)> _all;

    public Options(string command, string help)
    {
        _command = command;
        _all = [.. from Match line in Line().Matches(help) where line.Groups[1].Value != "--help" select (line.Groups[1].Value,
            line.Groups[2].Value)];
    }

    public static bool IsOutput(string name) => Outputs.ContainsKey(name) || name is "--output" or "-o";

    /// <summary>What an output option writes.</summary>
    public string Output(string name, Draw draw) => Outputs.TryGetValue(name, out string[]? names) ? draw.Of(names)
        : _command == "calibrate" ? "out.fitted.npz"
        : _command == "probe" ? "out.probe.jsonl" : draw.Of(["out.timeline.json", "out.timeline.json.gz"]);

    /// <summary>Adds an option with a value.</summary>
    public void Add(List<string> arguments, Draw draw)
    {
        if (_all.Count == 0) return;   // a program that has no such command yet
        (string name, string kind) = draw.Of(_all);
        if (arguments.Contains(name)) return;
        arguments.Add(name);
        if (kind.Length == 0) return;
        int values = kind.EndsWith("...", StringComparison.Ordinal) && draw.Chance(30) ? 2 : 1;
        for (int i = 0; i < values; i++) arguments.Add(IsOutput(name) ? Output(name, draw) : Value(name, kind.TrimEnd('.'), draw));
    }

    private string Value(string name, string kind, Draw draw)
    {
        if (draw.Chance(6)) return draw.Of(EdgeValues.Texts);
        if (name == "--format") return draw.Of(_command switch
        {
            "import" => Seeds.Recordings, "convert" => ["v1", "v2"], _ => (string[])["table", "csv", "jsonl"],
        });
        if (Words.TryGetValue(name, out string[]? words)) return draw.Of(words);
        if (name == "--checkpoint") return "sweep.jsonl";
        if (name == "--hold-out") return "bench.json";
        if (name is "--extra-engine-args") return Json("engine.jsonl", draw);
        if (name is "--prefill-engine-args") return Json("pool.jsonl", draw);
        if (name is "--decode-engine-args") return Json("pool.jsonl", draw).Replace("prefill", "decode", StringComparison.Ordinal);
        if (name is "--router-config") return Json("router.jsonl", draw);
        if (kind is not ("N" or "X" or "SECONDS" or "PERCENT" or "BLOCKS")) return draw.Of(EdgeValues.Texts);
        if (kind == "X" && draw.Chance(40)) return draw.Of(["0.5", "1", "2.5", "100", "0", "1e-9"]);
        bool isAmount = Amounts.Contains(name);
        return isAmount || draw.Chance(50) ? draw.Of(["1", "2", "3", "16", "64", "0", "-1", "7"]) : draw.Of(EdgeValues.Numbers);
    }

    private static string Json(string seeds, Draw draw)
    {
        string text = draw.Of(Seeds.Text(seeds).Split('\n', StringSplitOptions.RemoveEmptyEntries));
        return draw.Chance(50) ? text : new string([.. System.Text.Encoding.Latin1.GetString(
            Mutation.Text(System.Text.Encoding.Latin1.GetBytes(text), draw)).Where(c => c != '\0')]);
    }

    [GeneratedRegex(@"^ +(?:-\w, )?(--[a-z0-9-]+)(?: <([^>]+)>)?", RegexOptions.Multiline)]
    private static partial Regex Line();
}
