using System.Text.Json;
using AgentSim.Files;
using AgentSim.Json;

namespace AgentSim.Engines;

public sealed partial record EngineArguments
{
    private static ErrorCode InvalidId => Errors.EngineArgumentsInvalid;

    /// <summary>Remarks on accepted arguments that probably do not mean what their author thinks; one line each.</summary>
    public IEnumerable<string> Warnings
    {
        get
        {
            if (EngineType.FindDoubt(this) is { } doubt) yield return doubt;
        }
    }

    /// <summary>
    /// Makes the configuration that replays run with: defaults are filled in, values and combinations checked, files read. From then
    /// on nothing is read again, and nothing that happens to the files matters.
    /// </summary>
    /// <param name="optionName">What the user calls these arguments, for messages.</param>
    /// <param name="files">What was read for other configurations of the same call; null: nothing.</param>
    /// <exception cref="AgentSimException">
    /// <c>EngineArgumentsInvalid</c>, <c>AicNotAvailable</c>, or <c>ProfileInvalid</c>: the profile is missing, unreadable, or not what a
    /// profile is.
    /// </exception>
    public EngineConfig Resolve(string optionName, LoadedFiles? files = null)
    {
        EngineArguments effective = Validated(optionName);
        try
        {
            return new EngineConfig(effective, PerformanceModel.Load(effective, files ?? new LoadedFiles()));
        }
        catch (AgentSimException error) when (error.Code == Errors.ProfileInvalid)
        {
            throw error.Saying($"{optionName}: {error.Template}", error);
        }
    }

    /// <summary>Reads the JSON text of an engine-arguments option, as the reference's command line does, and validates it.</summary>
    /// <param name="json">A JSON object; of a name given twice the last counts.</param>
    /// <param name="optionName">The option as the user wrote it, for messages: <see cref="Setting.Engine"/> or another term.</param>
    /// <returns>Effective arguments, every default filled in.</returns>
    /// <exception cref="AgentSimException"><c>EngineArgumentsInvalid</c> or <c>AicNotAvailable</c>.</exception>
    public static EngineArguments Parse(string json, string optionName) => Read(json, optionName).Validated(optionName);

    /// <summary>Reads what <see cref="Parse"/> reads, but leaves defaults that depend on other arguments open and checks no
    /// ranges.</summary>
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
            throw InvalidId.Error($"{optionName}: worker_type cannot be combined with is_prefill or is_decode; give one of them");

        var given = new EngineArguments
        {
            UnknownMembers = FindUnknownMembers(root),
            Given = new([.. root.EnumerateObject().Select(member => member.Name)]),
        };
        return EngineArgumentsTable.Arguments.Read(given, root, optionName, "", InvalidId);
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
