using System.Text.Json;
using AgentSim.Json;

namespace AgentSim.Rows;

/// <summary>Decodes one row of a version 2 agentic file (behaviour 01#12.1; strictness: 01#1.2).</summary>
internal sealed class AgenticRowParser(bool reusesIds) : RowParser(reusesIds)
{
    /// <inheritdoc/>
    public override MooncakeRow Parse(ReadOnlySpan<byte> line)
    {
        var json = new JsonRow(line, JsonRow.AnyDepth);
        uint seen = 0;
        var row = new MooncakeRow { IsAgentic = true };
        json.BeginRow();
        while (json.NextKey())
        {
            if (json.Is("hash_ids"u8)) row.HashIds = json.BeginArray(ref seen, 0, "hash_ids") ? HashIds(ref json) : null;
            else if (json.Is("input_length"u8) || json.Is("input_tokens"u8)) row.InputLength = json.OptionalSaturating(ref seen, 1, "input_length");
            else if (json.Is("output_length"u8) || json.Is("output_tokens"u8)) row.OutputLength = json.OptionalCount(ref seen, 2, "output_length");
            else if (json.Is("not_before_ms"u8)) row.NotBeforeMs = json.RequiredNumber(ref seen, 3, "not_before_ms");
            else if (json.Is("request_id"u8)) row.RequestId = json.RequiredText(ref seen, 4, "request_id");
            else if (json.Is("play_id"u8)) row.PlayId = json.RequiredText(ref seen, 5, "play_id");
            else if (json.Is("session_id"u8)) row.SessionId = json.RequiredText(ref seen, 6, "session_id");
            else if (json.Is("model"u8)) row.Model = json.RequiredText(ref seen, 7, "model");
            else if (json.Is("dependencies"u8)) row.Dependencies = Dependencies(ref json, ref seen);
            else if (json.Is("output_token_ids"u8))
            {
                row.OutputTokenIds = json.BeginArray(ref seen, 9, "output_token_ids") ? UInt32Values(ref json, "output_token_ids") : null;
            }
            else if (json.Is("priority"u8)) row.Priority = json.OptionalInt32(ref seen, 10, "priority");
            else if (json.Is("strict_priority"u8)) row.StrictPriority = json.OptionalUInt32(ref seen, 11, "strict_priority");
            else if (json.Is("policy_class"u8)) row.PolicyClass = json.OptionalText(ref seen, 12, "policy_class");
            else json.Skip();
        }

        json.EndRow();
        if (row.RequestId is null) throw JsonRow.Missing("request_id");
        if (row.PlayId is null) throw JsonRow.Missing("play_id");
        if (row.SessionId is null) throw JsonRow.Missing("session_id");
        if (row.Model is null) throw JsonRow.Missing("model");
        if (row.NotBeforeMs is null) throw JsonRow.Missing("not_before_ms");
        return row;
    }

    private static RowDependency[] Dependencies(ref JsonRow json, ref uint seen)
    {
        if (!json.BeginArray(ref seen, 8, "dependencies")) throw json.Wrong("dependencies", "an array");
        var dependencies = new List<RowDependency>();
        while (json.NextItem())
        {
            if (json.TokenType != JsonTokenType.StartObject) throw json.Wrong("dependencies", "an array of objects");
            dependencies.Add(Dependency(ref json));
        }

        return [.. dependencies];
    }

    private static RowDependency Dependency(ref JsonRow json)
    {
        uint seen = 0;
        string? id = null;
        DependencyTrigger? trigger = null;
        double? delay = null;
        DependencyRelation? relation = null;
        while (json.NextKey())
        {
            if (json.Is("request_id"u8)) id = json.RequiredText(ref seen, 0, "dependencies.request_id");
            else if (json.Is("trigger"u8)) trigger = DependencyNames.Trigger(ref json, ref seen, 1, "dependencies.trigger");
            else if (json.Is("delay_ms"u8)) delay = json.RequiredNumber(ref seen, 2, "dependencies.delay_ms");
            else if (json.Is("relation"u8)) relation = DependencyNames.Relation(ref json, ref seen, 3, "dependencies.relation");
            else json.Skip();
        }

        return new RowDependency(
            id ?? throw JsonRow.Missing("dependencies.request_id"),
            trigger ?? throw JsonRow.Missing("dependencies.trigger"),
            delay ?? throw JsonRow.Missing("dependencies.delay_ms"),
            relation ?? throw JsonRow.Missing("dependencies.relation"));
    }
}
