using System.Globalization;
using System.Text;
using AgentSim.Engines;
using AgentSim.Serving;

namespace AgentSim.Proxy.Serving;

/// <summary>The metrics of a server as Prometheus reads them, under vLLM's names where they mean the same.</summary>
internal static class MetricsPage
{
    /// <summary>The page.</summary>
    public static string Of(ServedEngine engine, ServerSettings settings)
    {
        var page = new StringBuilder();
        string model = Escape(settings.Options.Model);
        ServingTotals totals = engine.Totals;
        Begin("agentsim:server_info", "gauge", "This server is a simulation, with this timing and so many times as fast.");
        page.Append(CultureInfo.InvariantCulture,
            $"agentsim:server_info{{simulated=\"true\",timing=\"{Escape(settings.Timing)}\",speed=\"{settings.Options.Speed}\"}} 1\n");
        EachRank("vllm:num_requests_running", "Requests that run (simulated).", rank => rank.RequestCount - rank.WaitingCount);
        EachRank("vllm:num_requests_waiting", "Requests that wait (simulated).", rank => rank.WaitingCount);
        Begin("vllm:kv_cache_usage_perc", "gauge", "Share of the KV blocks in use, 0 to 1 (simulated).");
        for (int rank = 0; rank < engine.Ranks.Count; rank++)
            Line("vllm:kv_cache_usage_perc", Labels(rank), (double)engine.Ranks[rank].UsedBlocks / engine.EngineOf(rank).NumGpuBlocks);
        Begin("vllm:cache_config_info", "gauge", "The KV cache (simulated).");
        for (int rank = 0; rank < engine.Ranks.Count; rank++)
        {
            EngineConfig config = engine.EngineOf(rank);
            string caches = config.EnablePrefixCaching ? "True" : "False";
            page.Append(CultureInfo.InvariantCulture, $"vllm:cache_config_info{{block_size=\"{config.BlockSize}\",")
                .Append(CultureInfo.InvariantCulture, $"enable_prefix_caching=\"{caches}\",engine=\"{rank}\",")
                .Append(CultureInfo.InvariantCulture, $"num_gpu_blocks=\"{config.NumGpuBlocks}\"}} 1\n");
        }

        Total("vllm:prefix_cache_queries", "Prompt tokens looked up in prefix caches.", totals.PromptTokens);
        Total("vllm:prefix_cache_hits", "Of these, tokens that were there.", totals.CachedTokens);
        Total("vllm:num_preemptions", "Requests admitted again after their first token.", totals.Preemptions);
        Total("vllm:prompt_tokens", "Prompt tokens of admitted requests.", totals.PromptTokens);
        Total("vllm:generation_tokens", "Tokens given out.", totals.OutputTokens);
        Begin("vllm:request_success_total", "counter", "Requests that ended; abort: whose client was gone.");
        Ended("length", totals.Completed - totals.Abandoned);
        Ended("abort", totals.Abandoned);
        Distribution("vllm:time_to_first_token_seconds", "Arrival to first token, simulated seconds.", totals.Ttft);
        Distribution("vllm:inter_token_latency_seconds", "Token to token, simulated seconds.", totals.Itl);
        Distribution("vllm:e2e_request_latency_seconds", "Arrival to last token, simulated seconds.", totals.E2e);
        Distribution("vllm:request_queue_time_seconds", "Arrival to first admission, simulated seconds.", totals.Queue);
        Begin("agentsim:clock_delay_milliseconds", "gauge", "How long after their time events were simulated, on the average.");
        Line("agentsim:clock_delay_milliseconds", "", engine.MeanDelayMs);
        return page.ToString();

        string Labels(int rank) => string.Create(CultureInfo.InvariantCulture, $"{{engine=\"{rank}\",model_name=\"{model}\"}}");

        void Begin(string name, string type, string help) =>
            page.Append("# HELP " + name + " " + help + "\n# TYPE " + name + " " + type + "\n");

        void Line(string name, string labels, double value) => page.Append(CultureInfo.InvariantCulture, $"{name}{labels} {value}\n");

        void Ended(string reason, long count) =>
            Line("vllm:request_success_total", $"{{engine=\"0\",finished_reason=\"{reason}\",model_name=\"{model}\"}}", count);

        void EachRank(string name, string help, Func<Scheduler, double> value)
        {
            Begin(name, "gauge", help);
            for (int rank = 0; rank < engine.Ranks.Count; rank++) Line(name, Labels(rank), value(engine.Ranks[rank]));
        }

        void Total(string name, string help, long value)
        {
            Begin(name + "_total", "counter", help);
            Line(name + "_total", Labels(0), value);
        }

        void Distribution(string name, string help, Histogram values)
        {
            Begin(name, "histogram", help);
            long count = 0;
            for (int i = 0; i < values.Counts.Length; i++)
            {
                count += values.Counts[i];
                string bound = i < values.Bounds.Length ? values.Bounds[i].ToString(CultureInfo.InvariantCulture) : "+Inf";
                Line(name + "_bucket", $"{{engine=\"0\",le=\"{bound}\",model_name=\"{model}\"}}", count);
            }

            Line(name + "_sum", Labels(0), values.Sum);
            Line(name + "_count", Labels(0), count);
        }
    }

    private static string Escape(string text) =>
        text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)
            .Replace("\n", "\\n", StringComparison.Ordinal);
}
