namespace AgentSim;

#pragma warning disable CS1591   // an entry says itself what it counts

/// <summary>
/// All warnings of a run: code, what is counted, and what helps if it is not meant. The page docs/errors.md is made of it.
/// </summary>
public static class WarningCodes
{
    public static WarningCode AgentsNone { get; } = new(
        "sessions and tasks were asked for of a load that has none", "leave them out, or replay a load with sessions");
    public static WarningCode ArgumentsDoubtful { get; } = new(
        "an engine argument that probably does not mean what its author thinks", "see its help");
    public static WarningCode ArgumentsIgnored { get; } = new(
        "engine arguments or router settings that change nothing in this replay", "leave them out");
    public static WarningCode CalibrationArgumentsAssumed { get; } = new(
        "arguments of a measured server that neither the measurement nor the call says (of a profile)", "give them");
    public static WarningCode CalibrationCachedUnknown { get; } = new(
        "cached prompts are too few for their cost to be fitted (of a profile)",
            "calibrate with a capture of agents, or with operator tables");
    public static WarningCode CalibrationCommunicationMissing { get; } = new(
        "operator tables without the communication between GPUs (of a profile)", "fit to a run of the server");
    public static WarningCode CalibrationPromptsAssumed { get; } = new(
        "which prompts are equal is assumed (of a profile)", "capture the requests, or say which assumption to take");
    public static WarningCode CalibrationUntested { get; } = new(
        "no run was held out, so that no error is stated (of a profile)", "hold out a run");
    public static WarningCode DependenciesDropped { get; } = new(
        "rows that waited for requests that are not among the rows, and wait for them no more", "keep those requests");
    public static WarningCode HashIdsMissing { get; } = new(
        "rows without hash_ids: their prompts share nothing with any other", "record hash ids");
    public static WarningCode HashIdsSpare { get; } = new(
        "rows with more hash ids than their prompts have blocks, in more than half of the rows", "give the right trace block size");
    public static WarningCode ImportDoubtful { get; } = new(
        "something in recordings can be read in two ways, and one was taken", "say which is meant");
    public static WarningCode InputLengthMissing { get; } = new(
        "rows without input_length: their prompts are taken to fill their hash ids", "record input_length");
    public static WarningCode InputTorn { get; } = new(
        "files whose end is missing, of which the whole lines were read", "what was recorded last is missing: allow for it");
    public static WarningCode LiveCacheUnknown { get; } = new(
        "live replays: the server does not say how much of a prompt was cached", "have it say so");
    public static WarningCode LiveCountsOff { get; } = new(
        "requests of a live replay for which the server counts other tokens than were asked for; the run is not valid",
            "take a server that knows min_tokens, ignore_eos and include_usage");
    public static WarningCode LiveEventsMerged { get; } = new(
        "requests of a live replay with another number of events than of tokens", "read times of tokens instead of gaps");
    public static WarningCode LiveInterrupted { get; } = new("a live replay that was interrupted", "run it to its end");
    public static WarningCode LiveOutputsEmpty { get; } = new(
        "requests of a live replay without output, which were asked for one token", "nothing; servers have no shorter answer");
    public static WarningCode LiveOutputsReplaced { get; } = new(
        "live replays: outputs of the server in later prompts are replaced by other tokens", "replay rows with whole prompts");
    public static WarningCode LiveRequestsFailed { get; } = new(
        "requests of a live replay that failed, by what happened", "look at the server; they are in no latency and no rate");
    public static WarningCode LiveRunInvalid { get; } = new(
        "a live replay whose numbers are its client's, not the server's", "give the client more processors, or less load");
    public static WarningCode LiveTextLengths { get; } = new(
        "live replays with words: prompts with another length than planned", "take prompts of token ids");
    public static WarningCode MeasuredGapsHalved { get; } = new(
        "measured requests with two stream events a token, whose gaps are recomputed", "nothing; the times of requests are right");
    public static WarningCode MeasuredModelsMixed { get; } = new(
        "models of a measured trace, of which a fit has one", "capture one model by itself");
    public static WarningCode MeasuredOutputsReplaced { get; } = new(
        "measured outputs that were counted from text, in place of which the length asked for is taken",
            "nothing, if the server ignored the end of the text");
    public static WarningCode MeasuredRanksMixed { get; } = new(
        "ranks of a trace of forward passes, which a fit takes for one deployment", "give the segments of one deployment");
    public static WarningCode MeasuredRequestsLate { get; } = new(
        "measured requests that left late: the run is a closed loop", "give the load generator more connections");
    public static WarningCode MeasuredRequestsLeftOut { get; } = new(
        "measured requests without recorded times", "their load is missing: allow for it");
    public static WarningCode MeasuredRequestsWhole { get; } = new(
        "measured requests that were not streamed", "stream, so that there are times to first token");
    public static WarningCode MeasuredStartsUnknown { get; } = new(
        "measured requests without a start: the run is taken as a closed loop", "measure with a tool that writes starts");
    public static WarningCode ModelsLeftOut { get; } = new(
        "requests to other models than the one that was chosen", "their load is missing: allow for it");
    public static WarningCode ModelsMixed { get; } = new(
        "a trace with requests to several models, which a replay takes for one", "choose a model");
    public static WarningCode NothingOverlaps { get; } = new(
        "imported requests that never run at the same time", "let the sessions start together or at a rate");
    public static WarningCode OptionIgnored { get; } = new("an option that changes nothing beside the others", "leave it out");
    public static WarningCode OutputsEstimated { get; } = new(
        "imported requests whose output length is estimated", "take a recording that counts tokens");
    public static WarningCode PausesLong { get; } = new("an imported session with a pause of more than an hour", "have idle time cut");
    public static WarningCode PromptsCut { get; } = new(
        "rows whose prompts are longer than their hash ids hold, in at most half of the rows", "give the right trace block size");
    public static WarningCode RecordingsDamaged { get; } = new(
        "lines and times of recordings that were passed over or repaired", "a strict import ends at the first and shows it");
    public static WarningCode RequestsRejected { get; } = new(
        "the engine rejected requests, which are in no latency and no rate", "give the workers more blocks or longer contexts");
    public static WarningCode RowsForeign { get; } = new(
        "rows with the columns of another format, whose times and blocks have other units", "import the file");
    public static WarningCode RunStored { get; } = new(
        "a run on a page that comes from its files, which do not hold all that a page shows",
            "replay again where the page is made, if what is missing matters");
    public static WarningCode SessionlessDropped { get; } = new(
        "requests without a session that were left out, as asked for", "their load is missing: allow for it");
    public static WarningCode SweepMachineLost { get; } = new(
        "a machine that ran combinations of a sweep, and those of them that others have to run",
        "nothing is lost; the message says what was wrong with it");
    public static WarningCode TimesDoubtful { get; } = new(
        "rows with times that are hardly milliseconds", "convert the times, or import the file");
    public static WarningCode TimesEstimated { get; } = new(
        "imported requests whose start or end is estimated", "take a recording with both");
    public static WarningCode TimesRecorded { get; } = new(
        "requests of version 2 rows that waited for their recorded time, though what they depend on had ended",
            "rows of version 1 do not wait");
    public static WarningCode TimingExtrapolated { get; } = new(
        "more than 1 % of the busy time is unlike the runs that a timing profile was fitted to", "calibrate with such a run, too");
    public static WarningCode TimingProfileConflict { get; } = new(
        "engine arguments that differ from those of the server of a timing profile", "leave them out, or calibrate such a server");
    public static WarningCode WaitingIgnored { get; } = new(
        "agentic rows that were read as plain ones and wait for nothing", "take the format agentic_mooncake");

    /// <summary>The list, in alphabetical order.</summary>
    public static IReadOnlyList<WarningCode> All { get; } =
    [
        AgentsNone, ArgumentsDoubtful, ArgumentsIgnored, CalibrationArgumentsAssumed, CalibrationCachedUnknown,
            CalibrationCommunicationMissing,
        CalibrationPromptsAssumed, CalibrationUntested, DependenciesDropped, HashIdsMissing, HashIdsSpare, ImportDoubtful,
        InputLengthMissing, InputTorn, LiveCacheUnknown, LiveCountsOff, LiveEventsMerged, LiveInterrupted, LiveOutputsEmpty,
        LiveOutputsReplaced, LiveRequestsFailed, LiveRunInvalid, LiveTextLengths,
        MeasuredGapsHalved, MeasuredModelsMixed, MeasuredOutputsReplaced, MeasuredRanksMixed, MeasuredRequestsLate, MeasuredRequestsLeftOut,
        MeasuredRequestsWhole, MeasuredStartsUnknown, ModelsLeftOut, ModelsMixed, NothingOverlaps, OptionIgnored, OutputsEstimated,
        PausesLong, PromptsCut, RecordingsDamaged, RequestsRejected, RowsForeign, RunStored, SessionlessDropped, SweepMachineLost,
        TimesDoubtful,
        TimesEstimated, TimesRecorded, TimingExtrapolated, TimingProfileConflict, WaitingIgnored,
    ];
}
