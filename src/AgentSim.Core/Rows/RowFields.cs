using AgentSim.Json;

namespace AgentSim.Rows;

/// <summary>The fields that rows of every dialect have in common, as they are written.</summary>
internal static class RowFields
{
    public static void WriteOutputTokens(JsonLineWriter json, MooncakeRow row)
    {
        if (row.OutputTokenIds is not { } tokens) return;
        json.Raw(",\"output_token_ids\":["u8);
        for (int i = 0; i < tokens.Count; i++)
        {
            if (i > 0) json.Raw(","u8);
            json.Number((ulong)tokens[i]);
        }

        json.Raw("]"u8);
    }

    public static void WriteQueueing(JsonLineWriter json, MooncakeRow row)
    {
        if (row.Priority is { } priority)
        {
            json.Raw(",\"priority\":"u8);
            json.Number(priority);
        }

        if (row.StrictPriority is { } strict)
        {
            json.Raw(",\"strict_priority\":"u8);
            json.Number((ulong)strict);
        }

        if (row.PolicyClass is { } policy)
        {
            json.Raw(",\"policy_class\":"u8);
            json.Text(policy);
        }
    }
}
