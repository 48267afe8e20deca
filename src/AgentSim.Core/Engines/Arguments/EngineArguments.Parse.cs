using System.Text.Json;
using AgentSim.Json;

namespace AgentSim.Engines;

public sealed partial record EngineArguments
{
    private const string InvalidId = "EngineArgumentsInvalid";

    /// <summary>Remarks on accepted arguments that probably do not mean what their author thinks; one line each.</summary>
    public IEnumerable<string> Warnings
    {
        get
        {
            if (EngineType.FindDoubt(this) is { } doubt) yield return doubt;
        }
    }

    /// <summary>Refuses arguments that name a file which cannot be used. A replay asks by itself; asked earlier, it saves the way there.</summary>
    /// <param name="optionName">What the user calls these arguments, for messages.</param>
    /// <exception cref="AgentSimException"><c>ProfileInvalid</c>: the profile is missing, unreadable, or not what a profile is.</exception>
    public void CheckFiles(string optionName)
    {
        if (PlannerProfileData is not { } path) return;
        try
        {
            TimingTables.Load(path);
        }
        catch (AgentSimException error)
        {
            throw new AgentSimException(error.ErrorId, $"{optionName}: {error.Message}", error.Kind, error);
        }
    }

    /// <summary>Everything there is to warn of, as a run reports it.</summary>
    internal IEnumerable<RunWarning> Doubts(string optionName, bool hasRouter) =>
    [
        .. Warnings.Select(doubt => new RunWarning("ArgumentsDoubtful", $"{optionName}: {doubt}")),
        .. Ignored(optionName, hasRouter),
    ];

    /// <summary>Reads the JSON text of an engine-arguments option, as the reference's command line does, and validates it.</summary>
    /// <param name="json">A JSON object; of a name given twice the last counts.</param>
    /// <param name="optionName">The option as the user wrote it, for messages, e.g. <c>--extra-engine-args</c>.</param>
    /// <returns>Effective arguments, every default filled in.</returns>
    /// <exception cref="AgentSimException"><c>EngineArgumentsInvalid</c> or <c>AicNotAvailable</c>.</exception>
    public static EngineArguments Parse(string json, string optionName) => Read(json, optionName).Validated(optionName);

    /// <summary>Reads what <see cref="Parse"/> reads, but leaves defaults that depend on other arguments open and checks no ranges.</summary>
    /// <param name="json">A JSON object; of a name given twice the last counts.</param>
    /// <param name="optionName">The option as the user wrote it, for messages.</param>
    /// <returns>Arguments to change and then to pass through <see cref="Validated"/>.</returns>
    /// <exception cref="AgentSimException"><c>EngineArgumentsInvalid</c>.</exception>
    public static EngineArguments Read(string json, string optionName)
    {
        ArgumentNullException.ThrowIfNull(json);
        using JsonDocument document = JsonOptions.ParseObject(json, optionName, InvalidId);
        JsonElement root = document.RootElement;
        bool hasRole = root.TryGetProperty("is_prefill", out _) || root.TryGetProperty("is_decode", out _);
        if (hasRole && root.TryGetProperty("worker_type", out JsonElement type) && type.ValueKind != JsonValueKind.Null)
            throw new AgentSimException(InvalidId, $"{optionName}: worker_type cannot be combined with is_prefill or is_decode; give one of them");

        return EngineArgumentsTable.Arguments.Read(new EngineArguments { UnknownMembers = FindUnknownMembers(root) }, root, optionName, "", InvalidId);
    }

    /// <summary>Every effective argument as one JSON object with the reference's names; <see cref="Parse"/> reads it back.</summary>
    public string ToJson() => EngineArgumentsTable.Arguments.ToJson(this);

    /// <summary>The engine and the arguments that are not its defaults, e.g. <c>vllm block_size=16 max_num_seqs=64</c>.</summary>
    public override string ToString()
    {
        string engine = EngineType.Name;
        string defaults = new EngineArguments { EngineType = EngineType }.Validated(engine).ToJson();
        return $"{engine} {JsonOptionsText.Differences(defaults, ToJson())}".TrimEnd();
    }

    /// <summary>Writes what <see cref="ToJson"/> returns.</summary>
    /// <param name="writer">Receives one JSON object.</param>
    public void WriteJson(Utf8JsonWriter writer) => EngineArgumentsTable.Arguments.Write(writer, this);
}
