using System.Diagnostics;
using System.Text;
using AgentSim.Serving;
using AgentSim.Tests.Simulation;
using AgentSim.Tests.Zmtp;

namespace AgentSim.Tests.Serving;

/// <summary>Servers as processes: of the library, and of the command line.</summary>
public sealed class AgentServerTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task A_server_answers_counts_and_stops()
    {
        using AgentServer server = AgentServer.Start(
            new ServerOptions { Listen = "http://127.0.0.1:0", Speed = 50 },
            Sim.Settings("""{"engine_type":"sglang","block_size":8}""", workers: 2));
        Assert.Contains("\"completion_tokens\":7", await Ask(server.Address, 7));
        ServerStatus status = server.Status();
        Assert.Equal((1L, 1L, 7L), (status.Counters.Requests, status.Counters.Completed, status.Counters.OutputTokens));
        Assert.True(status.IsRunning);
        server.Stop();
        Assert.False(server.Status().IsRunning);
        await Assert.ThrowsAsync<HttpRequestException>(() => Ask(server.Address, 1));
    }

    [Fact]
    public async Task A_server_that_was_killed_is_reported()
    {
        List<AgentSimException> problems = [];
        using AgentServer server = AgentServer.Start(new ServerOptions { Listen = "http://127.0.0.1:0" }, Sim.Settings(), problems.Add);
        using (Process process = Process.GetProcessById(server.Status().ProcessId)) process.Kill();
        await Wait.Until(() => problems.Count > 0);
        Assert.Equal("ServerEnded", problems.Single().ErrorId);
        Assert.False(server.Status().IsRunning);
    }

    [Fact]
    public async Task The_command_serves_until_it_is_interrupted()
    {
        if (OperatingSystem.IsWindows()) return;
        using Process process = Process.Start(CliProgram.StartBy(
            [], ["serve", "--port", "0", "--speed", "50", "--num-workers", "2", "--router-mode", "kv_router", "--model", "tiny"]))!;
        string address = "";
        while (address.Length == 0 && await process.StandardError.ReadLineAsync().WaitAsync(Patience) is { } line)
        {
            if (line.StartsWith("agentsim: serving tiny at ", StringComparison.Ordinal))
                address = line[line.IndexOf("http", StringComparison.Ordinal)..];
        }

        Assert.Contains("\"completion_tokens\":3", await Ask(address, 3));
        using (Process kill = Process.Start("kill", ["-INT", $"{process.Id}"])) await kill.WaitForExitAsync();
        string rest = await process.StandardError.ReadToEndAsync().WaitAsync(Patience);
        await process.WaitForExitAsync().WaitAsync(Patience);
        Assert.Equal(0, process.ExitCode);
        Assert.Contains("timing built-in: ", rest);
        Assert.Contains("1 requests, 1 completed", rest);
        Assert.Equal("", await process.StandardOutput.ReadToEndAsync());
    }

    [Theory]
    [InlineData("--port", "70000", "--port must be from 0 to 65535")]
    [InlineData("--speed", "0", "--speed must be above 0")]
    [InlineData("--listen", "here", "is not an address to listen on")]
    [InlineData("--router-mode", "kv_router", "needs more than one target")]
    public async Task The_command_names_what_is_wrong(string option, string value, string message)
    {
        using Process process = Process.Start(CliProgram.StartBy([], ["serve", option, value]))!;
        string errors = await process.StandardError.ReadToEndAsync().WaitAsync(Patience);
        await process.WaitForExitAsync().WaitAsync(Patience);
        Assert.NotEqual(0, process.ExitCode);
        Assert.Contains(message, errors);
    }

    private static async Task<string> Ask(string address, int tokens)
    {
        using var client = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { Timeout = Patience };
        using var content = new StringContent($$"""{"prompt":"a b c","max_tokens":{{tokens}}}""", Encoding.UTF8, "application/json");
        using HttpResponseMessage response = await client.PostAsync(new Uri($"{address}/v1/completions"), content);
        return await response.Content.ReadAsStringAsync();
    }
}
