using System.Globalization;
using AgentSim.Yaml;

namespace AgentSim.Measurements;

/// <summary>The configuration of inference-perf, as far as it says what a measurement does not.</summary>
/// <param name="ForcedOutput">Tokens of every output, where the server was told to ignore the end of the text; null: not so.</param>
/// <param name="Stages">Requests of each stage, by rate and duration; empty where it does not say.</param>
/// <param name="Connections">Requests under way at most; null: not said.</param>
/// <param name="Model">The served model.</param>
internal sealed record InferencePerfLoad(int? ForcedOutput, IReadOnlyList<int> Stages, int? Connections, string? Model)
{
    /// <summary>The configuration in a folder: <c>profile.yaml</c> or <c>config.yaml</c>; it is added to the files that were
    /// read.</summary>
    public static InferencePerfLoad? Find(string folder, List<string> files)
    {
        foreach (string name in (string[])["profile.yaml", "config.yaml"])
        {
            string path = Path.Combine(folder, name);
            if (!File.Exists(path)) continue;
            files.Add(path);
            return Read(path);
        }

        return null;
    }

    /// <summary>The warning that outputs were not taken as counted.</summary>
    public static RunWarning OutputsForced(int tokens, int counted, int requests) =>
        new(WarningCodes.MeasuredOutputsReplaced, string.Create(CultureInfo.InvariantCulture,
        $"the outputs of {counted} of {requests} requests ({100.0 * counted / requests:0.#} %) were counted from their text and are off " +
            $"by more than 5 %; the load asked for {tokens} tokens with ignore_eos, which are taken for all"), counted);

    private static InferencePerfLoad Read(string path)
    {
        YamlNode root = YamlReader.Read(MeasurementFile.Text(path), path, Errors.MeasurementInvalid);
        bool ignores = Find(root, "server", "ignore_eos")?.Text is "true" or "True";
        int? output = Whole(Find(root, "data", "shared_prefix", "output_len"));
        List<int> stages = [];
        foreach (YamlNode stage in Find(root, "load", "stages")?.Items ?? [])
        {
            if (Real(Find(stage, "rate")) is { } rate && Real(Find(stage, "duration")) is { } seconds)
                stages.Add((int)Math.Round(rate * seconds));
        }

        int? workers = Whole(Find(root, "load", "num_workers")), each = Whole(Find(root, "load", "worker_max_concurrency"));
        return new InferencePerfLoad(ignores ? output : null, stages, workers * each, Find(root, "server", "model_name")?.Text);
    }

    private static YamlNode? Find(YamlNode node, params ReadOnlySpan<string> path)
    {
        YamlNode? at = node;
        foreach (string name in path)
        {
            if (at is not { Kind: YamlKind.Mapping }) return null;
            at = at.Entries.FirstOrDefault(entry => entry.Key.Text == name).Value;
        }

        return at;
    }

    private static int? Whole(YamlNode? node) => Real(node) is { } value && value == Math.Floor(value)
        && Math.Abs(value) < int.MaxValue ? (int)value : null;

    private static double? Real(YamlNode? node) =>
        node is not null && double.TryParse(node.Text, NumberStyles.Float, CultureInfo.InvariantCulture, out double value)
            && double.IsFinite(value) ? value : null;
}
