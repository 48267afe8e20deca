namespace AgentSim.Tests.Simulation.ArgumentEffects;

/// <summary>The files that arguments of the cases name.</summary>
public sealed class BenchFiles : IDisposable
{
    private readonly TempFolder _folder = new();

    public BenchFiles()
    {
        Write("policy.yaml", PolicyCases.NeverWaits);
        Write("key.bin", new string('k', 32));
        Write("other.bin", new string('o', 32));
        Write("short.bin", new string('k', 31));
        Write("broken.npz", "no archive");
        WriteProfile();
    }

    public string Write(string name, string content) => _folder.Write(name, content);

    /// <summary>A text with the folder put in.</summary>
    public string Located(string json) => json.Replace("{folder}", _folder.Path.Replace('\\', '/'), StringComparison.Ordinal);

    public void Dispose() => _folder.Dispose();

    // Prompts cost 1 ms a token to 100 tokens and 2 ms beyond; a decode step 4 ms, and one more for every 16 tokens in use and every 10 of
    // context.
    private void WriteProfile() => ProfileFile.Write(
        _folder.File("profile.npz"),
        ("prefill_isl", "3,", [10, 100, 200]),
        ("prefill_ttft_ms", "3,", [10, 100, 300]),
        ("decode_active_kv_tokens", "2,", [0, 160]),
        ("decode_context_length", "2,", [0, 100]),
        ("decode_itl", "2, 2", [4, 14, 14, 24]));
}
