using System.Text.Json;
using AgentSim.Files;
using AgentSim.Json;

namespace AgentSim.Routing;

public sealed partial record RouterSettings
{
    private static ErrorCode InvalidId => Errors.RouterConfigInvalid;

    // The deprecated weight, between reading it and applying it.
    internal double? OverlapScoreWeight { get; init; }

    /// <summary>Reads and validates the JSON text of a router-configuration option. The policy file is not opened, see <see
    /// cref="Resolve"/>.</summary>
    /// <param name="json">A JSON object in which no name occurs twice.</param>
    /// <param name="optionName">The option as the user wrote it, for messages: <see cref="Setting.RouterConfig"/>.</param>
    /// <exception cref="AgentSimException"><c>RouterConfigInvalid</c>.</exception>
    public static RouterSettings Parse(string json, string optionName)
    {
        ArgumentNullException.ThrowIfNull(json);
        using JsonDocument document = JsonOptions.ParseObject(json, optionName, InvalidId);
        RouterSettings settings = RouterSettingsTable.Settings.Read(Default, document.RootElement, optionName, "", InvalidId);
        if (settings.OverlapScoreWeight is { } weight)
        {
            settings = settings with
            {
                PrefillLoadScale = weight,
                OverlapScoreCredit = weight == 0 ? 0 : settings.OverlapScoreCredit,
                OverlapScoreWeight = null,
            };
        }

        settings.Validate(optionName);
        return settings;
    }

    /// <summary>Every effective setting as one JSON object with the reference's names; <see cref="Parse"/> reads it back.</summary>
    public string ToJson() => RouterSettingsTable.Settings.ToJson(this);

    /// <summary>The settings that are not the defaults, e.g. <c>router_temperature=0.5</c>; <c>defaults</c> where all are.</summary>
    public override string ToString() =>
        JsonOptionsText.Differences(Default.ToJson(), ToJson()) is { Length: > 0 } differences ? differences : "defaults";

    /// <summary>Writes what <see cref="ToJson"/> returns.</summary>
    /// <param name="writer">Receives one JSON object.</param>
    public void WriteJson(Utf8JsonWriter writer) => RouterSettingsTable.Settings.Write(writer, this);

    /// <summary>
    /// Makes the configuration that replays run with: values are checked, the policy file is read. From then on nothing is read
    /// again, and nothing that happens to the files matters.
    /// </summary>
    /// <param name="optionName">What the user calls these settings, for messages.</param>
    /// <param name="files">What was read for other configurations of the same call; null: nothing.</param>
    /// <exception cref="AgentSimException">
    /// <c>RouterConfigInvalid</c>, or <c>RouterPolicyInvalid</c>: the policy file is unreadable, not YAML, or against the rules.
    /// </exception>
    public RouterConfig Resolve(string optionName, LoadedFiles? files = null)
    {
        Validate(optionName);
        if (RouterPolicyConfig is { } blank && string.IsNullOrWhiteSpace(blank))
            throw Errors.RouterConfigInvalid.Error(
                $"{optionName}: router_policy_config is {Quote.Of(blank)}; name a file, or leave it out");
        RouterPolicyFile? policy = RouterPolicyConfig is { } path ? (files ?? new LoadedFiles()).Get(path, RouterPolicyReader.Read) : null;
        return new RouterConfig(this, policy, RouterFault.Find(this));
    }
}
