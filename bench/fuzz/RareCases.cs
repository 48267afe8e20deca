namespace AgentSim.Fuzz;

/// <summary>
/// Cases that take much longer than others, since they wait for a clock or replay many times: searches of capacities, requests to a server
/// that runs, and clients of a hostile one. They are drawn by themselves, so that all other runs stay what they are.
/// </summary>
internal static class RareCases
{
    private const ulong Own = 0x5EED_0F_A_5E1F;

    /// <summary>The kind of a run; null: it is none of these.</summary>
    public static string? Kind(ulong seed, long run) => new Draw(seed ^ Own, run).Below(4000) switch
    {
        < 1 => "probe",
        < 12 => "live",
        < 60 => "serve",
        < 110 => "capacity",
        _ => null,
    };

    /// <summary>A case with all but its random options.</summary>
    public static List<string> Make(string kind, Dictionary<string, byte[]> files, Draw draw)
    {
        if (kind == "serve") return Served(files, draw);
        string format = draw.Of(["mooncake", "mooncake", "agentic_mooncake", "dynamo"]);
        if (kind == "probe")
        {
            Hostile(files, draw);
            return ["probe", .. Endpoint, "--max-prompt-tokens", "64", "--max-concurrency", "1", "--output", "out.probe.jsonl"];
        }

        string seed = draw.Of(Seeds.Of(format)), name = Path.GetFileName(seed);
        files[name] = draw.Chance(40) ? Mutation.Text(Seeds.Content(seed), draw) : Seeds.Content(seed);
        List<string> arguments = [kind, name, "--trace-format", format];
        if (format != "dynamo") arguments.AddRange(["--trace-block-size", "16"]);
        if (kind == "live")
        {
            Hostile(files, draw);
            arguments.AddRange([.. Endpoint, "--max-seconds", "2", "--report-json", "out.report.json"]);
            if (draw.Chance(40)) arguments.AddRange(["--prompt-mode", "text"]);
            return arguments;
        }

        arguments.AddRange(["--limit", draw.Of(["p99_ttft_ms=500", "mean_itl_ms=20", "request_throughput_rps>=1",
            "p99_ttft_ms<=0.001", "p99_ttft_ms=30", "mean_ttft_ms=25", "tasks_per_hour>=1", "x=1", "p99_ttft_ms=1e999"]),
            "--max", draw.Of(["2", "3", "4", "4", "6", "9", "9", "0", "-1"])]);
        if (draw.Chance(50)) arguments.AddRange(["--find", draw.Of(["workers", "tasks", "rate", "kv-blocks", "nope"])]);
        if (draw.Chance(60)) arguments.AddRange(["--json", "out.capacity.json"]);
        return arguments;
    }

    private static string[] Endpoint => ["--endpoint", $"http://127.0.0.1:{HostileServer.Port}", "--model", "m", "--request-timeout", "1"];

    private static void Hostile(Dictionary<string, byte[]> files, Draw draw)
    {
        foreach ((string kind, string[] seeds) in ((string, string[])[])[("models", ["models"]), ("metrics", ["metrics"]),
            ("model", ["stream", "stream", "stream", "chat", "error", "broken", "models"])])
        {
            if (draw.Chance(2)) continue;   // a connection that just ends
            string name = kind + (draw.Chance(3) ? Wire.Stalls : "") + Wire.Answers, seed = $"http-answer/{draw.Of(seeds)}.http";
            // A client gets further where what it asks first is sound.
            files[name] = draw.Chance(kind == "model" ? 95 : 25) ? Wire.Answer(seed, draw) : Seeds.Content(seed);
        }
    }

    private static List<string> Served(Dictionary<string, byte[]> files, Draw draw)
    {
        for (int i = draw.Few(); i > 0; i--)
            files[$"{i}{(draw.Chance(25) ? Wire.Half : "")}{Wire.Requests}"] = Wire.Request(draw.Of(Seeds.Of("http-request")), draw);
        // A server that runs serves all the cases of a process.
        return ["serve", "--port", "0", "--model", "m", "--speed", "1000"];
    }
}
