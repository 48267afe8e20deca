using System.Globalization;
using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using AgentSim.Tests.Simulation;
using AgentSim.Tests.Zmtp;

namespace AgentSim.Tests.Serving;

/// <summary>The server speaks OpenAI's interface as vLLM does, and says that it is a simulation.</summary>
public sealed partial class ApiServerTests
{
    [GeneratedRegex(@"^[a-z]+:[a-z0-9_]+(\{([a-z_]+=""([^""\\]|\\.)*"",?)*\})? [0-9.eE+-]+$")]
    private static partial Regex Sample();

    [Fact]
    public async Task A_stream_has_a_chunk_for_each_token_and_the_usage_when_asked()
    {
        await using ApiBench bench = await ApiBench.Start();
        List<JsonElement> chunks = await bench.Stream("/v1/completions",
            """{"model":"m","prompt":[5,6,7],"max_tokens":9,"min_tokens":9,"ignore_eos":true,"stream":true,"""
            + "\"stream_options\":{\"include_usage\":true}}");
        Assert.Equal(10, chunks.Count);
        Assert.Single(chunks.Select(chunk => chunk.GetProperty("id").GetString()).Distinct());
        Assert.All(chunks[..9], chunk => Assert.Matches("^ [a-z]{4}$", chunk.GetProperty("choices")[0].GetProperty("text").GetString()));
        Assert.Equal([.. Enumerable.Repeat<string?>(null, 8), "length"],
            chunks[..9].Select(chunk => chunk.GetProperty("choices")[0].GetProperty("finish_reason").GetString()));
        Assert.All(chunks[..9], chunk => Assert.Equal(JsonValueKind.Null, chunk.GetProperty("usage").ValueKind));
        Assert.Equal(0, chunks[9].GetProperty("choices").GetArrayLength());
        Assert.Equal("""{"prompt_tokens":3,"completion_tokens":9,"total_tokens":12,"prompt_tokens_details":{"cached_tokens":0}}""",
            chunks[9].GetProperty("usage").GetRawText());

        chunks = await bench.Stream("/v1/completions", """{"prompt":"a b","max_tokens":2,"stream":true}""");
        Assert.Equal(2, chunks.Count);
        Assert.All(chunks, chunk => Assert.False(chunk.TryGetProperty("usage", out _)));
    }

    [Fact]
    public async Task Continuous_usage_counts_the_tokens_so_far()
    {
        await using ApiBench bench = await ApiBench.Start();
        List<JsonElement> chunks = await bench.Stream("/v1/completions",
            """{"prompt":"a b","max_tokens":3,"stream":true,"stream_options":{"include_usage":true,"continuous_usage_stats":true}}""");
        Assert.Equal([1, 2, 3, 3], chunks.Select(chunk => chunk.GetProperty("usage").GetProperty("completion_tokens").GetInt32()));
    }

    [Theory]
    [InlineData("""{"prompt":"one two three","max_tokens":4}""", 3, 4)]
    [InlineData("""{"prompt":["one two three"],"max_tokens":4}""", 3, 4)]
    [InlineData("""{"prompt":[1,2,3,4,2147483647],"max_tokens":1}""", 5, 1)]
    [InlineData("""{"prompt":[[1,2,3,4]],"temperature":0.5,"user":"x","seed":7,"n":1,"stop":["."],"echo":false,"logprobs":null}""", 4, 16)]
    public async Task An_answer_in_one_piece_has_its_words_and_its_usage(string body, int prompt, int output)
    {
        await using ApiBench bench = await ApiBench.Start();
        JsonElement answer = await bench.Ask("/v1/completions", body);
        Assert.Equal("text_completion", answer.GetProperty("object").GetString());
        Assert.Equal(output, answer.GetProperty("choices")[0].GetProperty("text").GetString()!.Split(' ')[1..].Length);
        JsonElement usage = answer.GetProperty("usage");
        Assert.Equal((prompt, output), (usage.GetProperty("prompt_tokens").GetInt32(), usage.GetProperty("completion_tokens").GetInt32()));
    }

    [Fact]
    public async Task The_next_turn_of_a_chat_finds_prompt_and_answer_in_the_cache()
    {
        await using ApiBench bench = await ApiBench.Start();
        string words = string.Join(' ', Enumerable.Range(0, 100).Select(i => $"word{i}"));
        string first = $$"""{"role":"user","content":"{{words}}"}""";
        JsonElement answer = await bench.Ask("/v1/chat/completions", $$"""{"messages":[{{first}}],"max_completion_tokens":64}""");
        JsonElement message = answer.GetProperty("choices")[0].GetProperty("message");
        int prompt = answer.GetProperty("usage").GetProperty("prompt_tokens").GetInt32();
        Assert.Equal(64, message.GetProperty("content").GetString()!.Split(' ').Length);
        answer = await bench.Ask("/v1/chat/completions",
            $$"""{"messages":[{{first}},{{message.GetRawText()}},{"role":"user","content":"go on"}],"max_tokens":2}""");
        int cached = answer.GetProperty("usage").GetProperty("prompt_tokens_details").GetProperty("cached_tokens").GetInt32();
        // All complete blocks of 16 tokens but that of the last token of the answer, which was never computed.
        Assert.Equal((prompt + 63) / 16 * 16, cached);
        answer = await bench.Ask("/v1/chat/completions", $$"""{"messages":[{{first}}],"max_tokens":2,"cache_salt":"other"}""");
        Assert.Equal(0, answer.GetProperty("usage").GetProperty("prompt_tokens_details").GetProperty("cached_tokens").GetInt32());

        List<JsonElement> chunks = await bench.Stream("/v1/chat/completions",
            """{"messages":[{"role":"user","content":[{"type":"text","text":"a"}]}],"max_tokens":2,"stream":true}""");
        Assert.Equal(["assistant", null, null], chunks.Select(chunk => chunk.GetProperty("choices")[0].GetProperty("delta")
            .TryGetProperty("role", out JsonElement role) ? role.GetString() : null));
        Assert.Equal(3, chunks.Count);
    }

    [Fact]
    public async Task Ids_of_an_output_that_come_back_in_a_prompt_are_found_in_the_cache()
    {
        await using ApiBench bench = await ApiBench.Start();
        string prompt = string.Join(',', Enumerable.Range(7, 64));
        List<JsonElement> chunks = await bench.Stream("/v1/completions",
            $$"""{"prompt":[{{prompt}}],"max_tokens":32,"stream":true,"return_token_ids":true}""");
        int[] ids = [.. chunks.SelectMany(chunk => chunk.GetProperty("choices")[0].GetProperty("token_ids").EnumerateArray())
            .Select(id => id.GetInt32())];
        Assert.Equal(32, ids.Length);
        JsonElement next = await bench.Ask("/v1/completions",
            $$"""{"prompt":[{{prompt}},{{string.Join(',', ids)}},1,2,3],"max_tokens":2,"return_token_ids":true}""");
        // The last token of the output was never computed.
        Assert.Equal(80, next.GetProperty("usage").GetProperty("prompt_tokens_details").GetProperty("cached_tokens").GetInt32());
        Assert.Equal(2, next.GetProperty("choices")[0].GetProperty("token_ids").GetArrayLength());

        JsonElement chat = await bench.Ask("/v1/chat/completions",
            """{"messages":[{"role":"user","content":"a"}],"max_tokens":3,"return_token_ids":true}""");
        Assert.Equal(3, chat.GetProperty("choices")[0].GetProperty("token_ids").GetArrayLength());
    }

    [Theory]
    [InlineData("/v1/completions", "", 400)]
    [InlineData("/v1/completions", "not json", 400)]
    [InlineData("/v1/completions", "[]", 400)]
    [InlineData("/v1/completions", "{}", 400)]
    [InlineData("/v1/completions", """{"prompt":""}""", 400)]
    [InlineData("/v1/completions", """{"prompt":[]}""", 400)]
    [InlineData("/v1/completions", """{"prompt":[1,-1]}""", 400)]
    [InlineData("/v1/completions", """{"prompt":[1,4294967296]}""", 400)]
    [InlineData("/v1/completions", """{"prompt":[1,1.5]}""", 400)]
    [InlineData("/v1/completions", """{"prompt":["a","b"]}""", 400)]
    [InlineData("/v1/completions", """{"prompt":{"a":1}}""", 400)]
    [InlineData("/v1/completions", """{"prompt":"\ud800"}""", 400)]
    [InlineData("/v1/completions", """{"prompt":"a","max_tokens":0}""", 400)]
    [InlineData("/v1/completions", """{"prompt":"a","max_tokens":"9"}""", 400)]
    [InlineData("/v1/completions", """{"prompt":"a","max_tokens":5,"min_tokens":6}""", 400)]
    [InlineData("/v1/completions", """{"prompt":"a","max_tokens":8192}""", 400)]   // more than the KV cache holds
    [InlineData("/v1/completions", """{"prompt":"a","max_tokens":2147483647}""", 400)]
    [InlineData("/v1/completions", """{"prompt":"a","n":2}""", 400)]
    [InlineData("/v1/completions", """{"prompt":"a","logprobs":1}""", 400)]
    [InlineData("/v1/completions", """{"prompt":"a","echo":true}""", 400)]
    [InlineData("/v1/completions", """{"prompt":"a","stream":1}""", 400)]
    [InlineData("/v1/completions", """{"prompt":"a","stream_options":{"include_usage":true}}""", 400)]
    [InlineData("/v1/completions", """{"prompt":"a","cache_salt":""}""", 400)]
    [InlineData("/v1/completions", """{"prompt":"a","model":"other"}""", 404)]
    [InlineData("/v1/chat/completions", """{"messages":[]}""", 400)]
    [InlineData("/v1/chat/completions", """{"messages":[1]}""", 400)]
    [InlineData("/v1/chat/completions", """{"messages":[{"content":"a"}]}""", 400)]
    [InlineData("/v1/chat/completions", """{"messages":"a"}""", 400)]
    [InlineData("/v1/embeddings", """{"input":"a"}""", 404)]
    [InlineData("/v1/models", "{}", 405)]
    public async Task A_wrong_request_is_refused_as_the_interface_does(string path, string body, int status)
    {
        await using ApiBench bench = await ApiBench.Start();
        using HttpResponseMessage response = await bench.Post(path, body);
        JsonElement error = JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement.GetProperty("error");
        Assert.Equal((status, status), ((int)response.StatusCode, error.GetProperty("code").GetInt32()));
        Assert.NotEqual("", error.GetProperty("message").GetString());
        Assert.Equal(1, bench.Server.Counters.Refused);
        await bench.Ask("/v1/completions", """{"prompt":"a"}""");
    }

    [Fact]
    public async Task Every_answer_says_that_it_is_simulated_and_whose_timing_it_has()
    {
        await using ApiBench bench = await ApiBench.Start();
        foreach (string path in (string[])["/v1/models", "/v1/models/m", "/health", "/version", "/metrics", "/nothing"])
        {
            using HttpResponseMessage response = await bench.Client.GetAsync(new Uri(path, UriKind.Relative));
            Assert.StartsWith("agentsim/", response.Headers.Server.ToString());
            Assert.StartsWith("simulated; speed=50; turnaround_ms=2; timing=built-in: ", response.Headers.GetValues("X-AgentSim").Single());
        }

        JsonElement models = JsonDocument.Parse(await bench.Client.GetStringAsync(new Uri("/v1/models", UriKind.Relative))).RootElement;
        JsonElement model = models.GetProperty("data")[0];
        Assert.Equal(("m", true, 8192), (model.GetProperty("id").GetString(), model.GetProperty("simulated").GetBoolean(),
            model.GetProperty("max_model_len").GetInt32()));
        Assert.StartsWith("built-in: ", model.GetProperty("agentsim").GetProperty("timing").GetString());
    }

    [Fact]
    public async Task Metrics_have_the_names_and_the_form_that_readers_of_vLLM_expect()
    {
        await using ApiBench bench = await ApiBench.Start(Sim.Settings("""{"block_size":16,"num_gpu_blocks":512}""", workers: 2));
        for (int i = 0; i < 4; i++) await bench.Ask("/v1/completions", """{"prompt":"one two","max_tokens":5}""");
        string page = await bench.Client.GetStringAsync(new Uri("/metrics", UriKind.Relative));
        string[] samples = [.. page.Split('\n').Where(line => line.Length > 0 && line[0] != '#')];
        Assert.All(samples, sample => Assert.Matches(Sample(), sample));
        Assert.All(samples, sample => Assert.Contains($"# TYPE {Family(sample)} ", page));
        Assert.Contains(
            """vllm:cache_config_info{block_size="16",enable_prefix_caching="True",engine="1",num_gpu_blocks="512"} 1""", samples);
        Assert.Equal(20.0, Value("vllm:generation_tokens_total"));
        Assert.Equal(8.0, Value("vllm:prompt_tokens_total"));
        Assert.Equal(4.0, Value("vllm:time_to_first_token_seconds_count"));
        Assert.Equal(0.0, Value("vllm:num_requests_running") + Value("vllm:num_requests_waiting") + Value("vllm:kv_cache_usage_perc"));

        static string Family(string sample) => Regex.Replace(sample.Split('{', ' ')[0], "_(bucket|sum|count)$", "");

        double Value(string name) => samples.Where(sample => sample.StartsWith(name + "{", StringComparison.Ordinal))
            .Sum(sample => double.Parse(sample.Split(' ')[^1], CultureInfo.InvariantCulture));
    }

    [Theory]
    [InlineData("vllm")]
    [InlineData("sglang")]
    [InlineData("trtllm")]
    public async Task A_client_that_goes_away_is_counted_and_its_request_ends_early(string engineType)
    {
        await using ApiBench bench = await ApiBench.Start(
            Sim.Settings($$"""{"engine_type":"{{engineType}}","block_size":16,"num_gpu_blocks":512}"""), speed: 5.0);
        // A client that reads on for a while when it is done with an answer would get all of it.
        using (var client = new HttpClient(new SocketsHttpHandler { UseProxy = false, MaxResponseDrainSize = 0 }))
        using (var content = new StringContent("""{"prompt":"a","max_tokens":8000,"stream":true}"""))
        using (var request = new HttpRequestMessage(HttpMethod.Post, new Uri(bench.Address, "/v1/completions")) { Content = content })
        using (HttpResponseMessage response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead))
        {
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        }

        await Wait.Until(() => bench.Server.Counters is { Abandoned: 1, Active: 0 });
        Assert.True(bench.Server.Counters.OutputTokens < 8000, $"all {bench.Server.Counters.OutputTokens} tokens were made");
        // Its blocks are free: this needs nearly all there are.
        await bench.Ask("/v1/completions", $$"""{"prompt":[{{string.Join(',', Enumerable.Range(7, 8000))}}],"max_tokens":2}""");
        Assert.Equal(1L, bench.Server.Counters.Completed);
    }

    [Fact]
    public async Task A_server_that_is_stopped_breaks_off_what_does_not_end_and_does_not_call_it_done()
    {
        ApiBench bench = await ApiBench.Start(speed: 0.5);
        using HttpResponseMessage response = await bench.Post("/v1/completions", """{"prompt":"a","max_tokens":4000,"stream":true}""",
            HttpCompletionOption.ResponseHeadersRead);
        using var hurry = new CancellationTokenSource();
        await hurry.CancelAsync();
        await bench.Server.StopAsync(hurry.Token);
        string text = "";
        try
        {
            using var reader = new StreamReader(await response.Content.ReadAsStreamAsync());
            while (await reader.ReadLineAsync() is { } line) text += line;
        }
        catch (Exception error) when (error is HttpRequestException or IOException)
        {
            // The connection was closed before the end of the answer.
        }

        Assert.Contains("text_completion", text);
        Assert.DoesNotContain("[DONE]", text);
        await bench.DisposeAsync();
    }

    [Fact]
    public async Task An_address_that_is_taken_is_named()
    {
        await using ApiBench bench = await ApiBench.Start();
        AgentSim.Serving.ServerSettings settings = AgentSim.Serving.ServerSettings.Of(
            new AgentSim.Serving.ServerOptions { Listen = bench.Server.Address }, Sim.Settings());
        AgentSimException error = await Assert.ThrowsAsync<AgentSimException>(
            () => AgentSim.Proxy.Serving.ApiServer.StartAsync(settings, _ => { }));
        Assert.Equal("EndpointUnavailable", error.ErrorId);
        Assert.Contains(bench.Server.Address, error.Message);
    }
}
