using System.Diagnostics;
using System.Text;
using System.Text.Json.Nodes;

namespace AgentSim.Tests.Simulation;

/// <summary>What instructions a processor has decides how fast a replay is, never what it gives.</summary>
public sealed class InstructionTests : IDisposable
{
    private static readonly string[] Measured = ["wall_time_ms", "processed_tokens_per_s", "processed_output_tokens_per_s"];

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("EnableAVX2")]
    [InlineData("EnableHWIntrinsic")]
    public void A_replay_without_some_instructions_gives_the_same_bytes(string setting)
    {
        string rows = _folder.Write("rows.jsonl", Rows());
        Assert.Equal(Replayed(rows, "all", null), Replayed(rows, "few", setting));
    }

    private string Replayed(string rows, string name, string? without)
    {
        string report = _folder.File($"{name}.report.json"), requests = _folder.File($"{name}.requests.jsonl");
        ProcessStartInfo start = CliProgram.Start("replay", rows, "--trace-format", "mooncake", "--trace-block-size", "16",
            "--router-mode", "round_robin", "--num-workers", "3", "--extra-engine-args",
            """{"engine_type":"sglang","block_size":16,"num_gpu_blocks":3000}""", "--report-json", report, "--report-jsonl", requests);
        if (without is not null) start.Environment[$"DOTNET_{without}"] = "0";
        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, errors.Result);
        JsonObject numbers = JsonNode.Parse(File.ReadAllText(report))!.AsObject();
        foreach (string measured in Measured) numbers.Remove(measured);
        numbers.Remove("run");
        return numbers.ToJsonString() + File.ReadAllText(requests);
    }

    private static string Rows()
    {
        Random random = new(3);
        StringBuilder rows = new();
        for (int row = 0, time = 0; row < 200; row++, time += random.Next(300))
        {
            int input = random.Next(1, 900);
            IEnumerable<int> ids = Enumerable.Range(0, (input + 15) / 16).Select(block => block < row % 7 ? block : (row * 100) + block);
            rows.AppendLine($"{{\"timestamp\":{time},\"input_length\":{input},\"output_length\":{random.Next(1, 600)}," +
                $"\"hash_ids\":[{string.Join(',', ids)}]}}");
        }

        return rows.ToString();
    }
}
