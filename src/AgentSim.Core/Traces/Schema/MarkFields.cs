using System.Text.Json;
using AgentSim.Json;

namespace AgentSim.Traces.Schema;

/// <summary>
/// The fields of <c>import</c> and <c>capture</c>, the keys of a request that are AgentSim's own: what values are made of.
/// Whatever else others write there is passed over.
/// </summary>
internal static class MarkFields
{
    private static readonly CaptureMarks NoMarks = new(null, null, null, null, null, null, null);

    private static readonly JsonFields<ImportDraft, ImportOrigin> Origin =
        new JsonFields<ImportDraft, ImportOrigin>(decodesUnknown: true)
            .AddOwn(
                TraceNames.ImportFormat, (ref json, ref d, name) => Text(ref json, ref d.Format, name), JsonKinds.Text,
                origin => origin.Format ?? "", JsonRule.Repeatable)
            .AddOwn(
                TraceNames.ImportTimes, (ref json, ref d, name) => Text(ref json, ref d.Times, name), JsonKinds.Text,
                origin => origin.Times, JsonRule.Repeatable)
            .AddOwn(
                TraceNames.ImportOutput, (ref json, ref d, name) => Text(ref json, ref d.Output, name), JsonKinds.Text,
                origin => origin.Output, JsonRule.Repeatable)
            .AddOwn(
                TraceNames.ImportPrefix, (ref json, ref d, name) => Text(ref json, ref d.Prefix, name), JsonKinds.Text,
                origin => origin.Prefix, JsonRule.Repeatable);

    private static readonly JsonFields<RefusedDraft, RefusedBefore> Refused =
        new JsonFields<RefusedDraft, RefusedBefore>(decodesUnknown: true)
            .AddOwn(
                TraceNames.RefusedCount, (ref json, ref d, name) => Count(ref json, ref d.Count), JsonKinds.Count,
                refused => (long?)refused.Count, JsonRule.Repeatable)
            .AddOwn(
                TraceNames.RefusedFirst, (ref json, ref d, name) => Count(ref json, ref d.First), JsonKinds.Count,
                refused => (long?)refused.FirstReceivedUnixMs, JsonRule.Repeatable)
            .AddOwn(
                TraceNames.RefusedStatus, (ref json, ref d, name) => Count(ref json, ref d.Status), JsonKinds.Count,
                refused => (long?)refused.LastStatus, JsonRule.Repeatable);

    private static readonly JsonFields<CaptureDraft, CaptureMarks> Marks =
        new JsonFields<CaptureDraft, CaptureMarks>(decodesUnknown: true)
            .AddOwn(
                TraceNames.CaptureApi, (ref json, ref d, name) => Text(ref json, ref d.Api, name), JsonKinds.Text, marks => marks.Api,
                JsonRule.Repeatable)
            .AddOwn(
                TraceNames.CaptureInput, (ref json, ref d, name) => Text(ref json, ref d.Input, name), JsonKinds.Text,
                marks => marks.Input, JsonRule.Repeatable)
            .AddOwn(
                TraceNames.CaptureOutput, (ref json, ref d, name) => Text(ref json, ref d.Output, name), JsonKinds.Text,
                marks => marks.Output, JsonRule.Repeatable)
            .AddOwn(
                TraceNames.CaptureSession, (ref json, ref d, name) => Text(ref json, ref d.Session, name), JsonKinds.Text,
                marks => marks.Session, JsonRule.Repeatable)
            .AddOwn(
                TraceNames.CacheCreationTokens, (ref json, ref d, name) => Number(ref json, ref d.CacheCreation), JsonKinds.UInt64,
                marks => marks.CacheCreationTokens, JsonRule.Repeatable)
            .AddOwn(
                TraceNames.ReasoningTokens, (ref json, ref d, name) => Number(ref json, ref d.Reasoning), JsonKinds.UInt64,
                marks => marks.ReasoningTokens, JsonRule.Repeatable)
            .AddOwn(
                TraceNames.RefusedBefore, (ref json, ref d, name) => (d.Refused = ReadRefused(ref json)) is not null,
                JsonKinds.Written<RefusedBefore?>(Refused.Write!, refused => LooseValue.Of(Refused.Loose(refused!))),
                marks => marks.RefusedBefore, JsonRule.Repeatable);

    /// <summary>The <c>import</c> object.</summary>
    public static readonly JsonKind<ImportOrigin?> Import =
        JsonKinds.Written<ImportOrigin?>(Origin.Write!, origin => LooseValue.Of(Origin.Loose(origin!)));

    /// <summary>The <c>capture</c> object.</summary>
    public static readonly JsonKind<CaptureMarks?> Capture =
        JsonKinds.Written<CaptureMarks?>(Marks.Write!, marks => LooseValue.Of(Marks.Loose(marks!)));

    /// <summary>Reads the value of <c>import</c>; null if it is no object.</summary>
    public static ImportOrigin? ReadImport(ref JsonRow json)
    {
        ImportDraft draft = default;
        return ReadObject(Origin, ref json, ref draft) ? new ImportOrigin(draft.Format, draft.Times, draft.Output, draft.Prefix) : null;
    }

    /// <summary>Reads the value of <c>capture</c>; null if nothing in it is known.</summary>
    public static CaptureMarks? ReadCapture(ref JsonRow json)
    {
        CaptureDraft draft = default;
        if (!ReadObject(Marks, ref json, ref draft)) return null;
        var marks = new CaptureMarks(
            draft.Api, draft.Input, draft.Output, draft.Session, draft.CacheCreation, draft.Reasoning, draft.Refused);
        return marks == NoMarks ? null : marks;
    }

    private static RefusedBefore? ReadRefused(ref JsonRow json)
    {
        RefusedDraft draft = default;
        return ReadObject(Refused, ref json, ref draft) && draft is { Count: { } count, First: { } first, Status: { } status }
            ? new RefusedBefore(count, first, status) : null;
    }

    private static bool ReadObject<TDraft, T>(JsonFields<TDraft, T> fields, ref JsonRow json, ref TDraft draft)
    {
        bool isObject = json.TokenType == JsonTokenType.StartObject;
        if (isObject) fields.Read(ref json, ref draft);
        else json.DecodeValue();
        return isObject;
    }

    private static bool Text(ref JsonRow json, ref string? field, string name)
    {
        bool isText = json.TokenType == JsonTokenType.String;
        if (isText) field = json.Text(name);
        else json.DecodeValue();
        return isText;
    }

    private static bool Number(ref JsonRow json, ref ulong? field)
    {
        bool isNumber = json.IsUInt64(out ulong number);
        if (isNumber) field = number;
        else json.DecodeValue();
        return isNumber;
    }

    private static bool Count(ref JsonRow json, ref long? field)
    {
        ulong? number = null;
        bool isCount = Number(ref json, ref number) && number <= long.MaxValue;
        if (isCount) field = (long)number!.Value;
        return isCount;
    }

    private struct ImportDraft
    {
        public string? Format;
        public string? Times;
        public string? Output;
        public string? Prefix;
    }

    private struct RefusedDraft
    {
        public long? Count;
        public long? First;
        public long? Status;
    }

    private struct CaptureDraft
    {
        public string? Api;
        public string? Input;
        public string? Output;
        public string? Session;
        public ulong? CacheCreation;
        public ulong? Reasoning;
        public RefusedBefore? Refused;
    }
}
