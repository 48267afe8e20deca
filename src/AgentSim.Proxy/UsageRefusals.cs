using System.Collections.Concurrent;
using Microsoft.AspNetCore.Http;

namespace AgentSim.Proxy;

/// <summary>
/// Knows of which models servers refuse to be asked for usage. Each is asked for itself: others behind the same address may tell it.
/// </summary>
/// <param name="problems">Told once about each.</param>
internal sealed class UsageRefusals(ProblemFilter problems)
{
    private const int Most = 1000;

    private readonly ConcurrentDictionary<(string Model, string Path), bool> _refused = [];

    public bool Has(string? model, PathString path) => _refused.ContainsKey((model ?? "", path.Value ?? ""));

    public void Add(string? model, PathString path)
    {
        if (_refused.Count >= Most || !_refused.TryAdd((model ?? "", path.Value ?? ""), true)) return;
        problems.Report(
            Errors.UsageRefused,
            $"the server does not tell the usage of streams of {model ?? "requests without a model"} at {path}; "
            + "the tokens of their rows are estimated, which marks them",
            $"{model} {path}");
    }
}
