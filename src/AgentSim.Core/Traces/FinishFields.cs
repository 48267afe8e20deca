using System.Text.Json;
using AgentSim.Json;

namespace AgentSim.Traces;

/// <summary>Decodes the informative objects of a request (behaviour 01#2.3).</summary>
internal static class FinishFields
{
    /// <summary>Reads the <c>worker</c> object just opened.</summary>
    public static WorkerPlacement ReadWorker(ref JsonRow json)
    {
        uint seen = 0;
        ulong? prefill = null, decode = null;
        uint? prefillRank = null, decodeRank = null;
        while (json.NextKey())
        {
            if (json.Is("prefill_worker_id"u8)) prefill = json.OptionalUInt64(ref seen, 0, "worker.prefill_worker_id");
            else if (json.Is("prefill_dp_rank"u8)) prefillRank = json.OptionalUInt32(ref seen, 1, "worker.prefill_dp_rank");
            else if (json.Is("decode_worker_id"u8)) decode = json.OptionalUInt64(ref seen, 2, "worker.decode_worker_id");
            else if (json.Is("decode_dp_rank"u8)) decodeRank = json.OptionalUInt32(ref seen, 3, "worker.decode_dp_rank");
            else json.SkipDecoded();
        }

        return new WorkerPlacement(prefill, prefillRank, decode, decodeRank);
    }

    /// <summary>Reads the <c>finish_reason_metadata</c> object just opened.</summary>
    public static FinishReason Read(ref JsonRow json)
    {
        uint seen = 0;
        string? reason = null, backend = null, stop = null;
        IReadOnlyList<FinishToolCall> calls = [];
        while (json.NextKey())
        {
            if (json.Is("finish_reason"u8)) reason = json.OptionalText(ref seen, 0, "finish_reason");
            else if (json.Is("backend_finish_reason"u8)) backend = json.OptionalText(ref seen, 1, "backend_finish_reason");
            else if (json.Is("stop_reason"u8)) stop = json.OptionalJson(ref seen, 2, "stop_reason");
            else if (json.Is("tool_calls"u8))
            {
                if (!json.BeginArray(ref seen, 3, "tool_calls")) throw json.Wrong("tool_calls", "an array");
                calls = ReadToolCalls(ref json);
            }
            else json.SkipDecoded();
        }

        return new FinishReason(reason, backend, stop, calls);
    }

    /// <summary>Reads the value of <c>import</c>, a key of AgentSim's own: whatever else others write there is passed over.</summary>
    public static ImportOrigin? ReadImport(ref JsonRow json)
    {
        json.Read();
        if (json.TokenType != JsonTokenType.StartObject)
        {
            json.DecodeValue();
            return null;
        }

        string? format = null, times = null, output = null, prefix = null;
        while (json.NextKey())
        {
            bool isFormat = json.Is("format"u8), isTimes = json.Is("times"u8), isOutput = json.Is("output"u8), isPrefix = json.Is("prefix"u8);
            json.Read();
            if (json.TokenType != JsonTokenType.String || !(isFormat || isTimes || isOutput || isPrefix))
            {
                json.DecodeValue();
                continue;
            }

            string text = json.Text("import");
            if (isFormat) format = text;
            else if (isTimes) times = text;
            else if (isOutput) output = text;
            else prefix = text;
        }

        return new ImportOrigin(format, times, output, prefix);
    }

    private static List<FinishToolCall> ReadToolCalls(ref JsonRow json)
    {
        var calls = new List<FinishToolCall>();
        while (json.NextItem())
        {
            if (json.TokenType != JsonTokenType.StartObject) throw json.Wrong("tool_calls", "an array of objects");
            uint seen = 0;
            uint? choice = null, index = null;
            string? id = null, name = null;
            while (json.NextKey())
            {
                if (json.Is("choice_index"u8)) choice = json.RequiredUInt32(ref seen, 0, "choice_index");
                else if (json.Is("tool_call_index"u8)) index = json.RequiredUInt32(ref seen, 1, "tool_call_index");
                else if (json.Is("id"u8)) id = json.OptionalText(ref seen, 2, "id");
                else if (json.Is("name"u8)) name = json.OptionalText(ref seen, 3, "name");
                else json.SkipDecoded();
            }

            calls.Add(new FinishToolCall(choice ?? throw JsonRow.Missing("choice_index"), index ?? throw JsonRow.Missing("tool_call_index"), id, name));
        }

        return calls;
    }
}
