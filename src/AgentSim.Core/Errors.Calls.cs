namespace AgentSim;

#pragma warning disable CS1591   // an entry says itself when it comes

/// <content>Reports and sweeps, and the call itself.</content>
public static partial class Errors
{
    private static readonly Section Reports = new("Reports and sweeps");
    private static readonly Section Calls = new("The call");

    public static ErrorCode AgentsFormatUnknown { get; } = Reports.Call(
        "the name of a file for sessions and tasks does not say what to write", "end it in .csv, .json or .jsonl");
    public static ErrorCode BaselineEmpty { get; } = Reports.Data(
        "the baseline measured nothing that could get worse", "take a replay that completed requests");
    public static ErrorCode BaselineMissing { get; } = Reports.Input(FaultCategory.InvalidArgument,
        "a limit is a percentage and there is no baseline", "give a baseline, or a number as the limit");
    public static ErrorCode BaselineSeveral { get; } = Reports.Call("a baseline stands for several replays", "give one");
    public static ErrorCode CheckpointInvalid { get; } = Reports.Data(
        "the file is no checkpoint, or a line of it is no point", "name another file, or remove it");
    public static ErrorCode CheckpointMismatch { get; } = Reports.Data(
        "the checkpoint is of another workload, other settings or another version",
        "name another file, or have it replaced");
    public static ErrorCode ComparisonTooFew { get; } = Reports.Call("there is nothing to compare with", "give two replays or more");
    public static ErrorCode LimitInvalid { get; } = Reports.Input(FaultCategory.InvalidArgument,
        "a limit is no limit, or one that says nothing, or a rule of --fail-on is no rule", "write it as the message shows");
    public static ErrorCode LimitMissed { get; } = Reports.Input(FaultCategory.InvalidResult,
        "compare or replay finds that a rule of --fail-on holds",
            "the message names the metric; that is the answer, not a fault of the call");
    public static ErrorCode LimitMissing { get; } = Reports.Call("neither limits nor a baseline are given", "give one or both");
    public static ErrorCode MetricMissing { get; } = Reports.Data(
        "none of the replays to compare has the metric", "compare others; goodput needs the bounds of a service level");
    public static ErrorCode MetricUnknown { get; } = Reports.Input(FaultCategory.InvalidArgument,
        "no report has a metric of that name", "take one that the message names");
    public static ErrorCode NameCountWrong { get; } = Reports.Call("there is not one name for each result", "give one for each");
    public static ErrorCode NumberInvalid { get; } = Reports.Input(FaultCategory.InvalidArgument,
        "text stands for a number and is none in invariant form, such as '29,5' or '1 000'",
            "write a point before decimals and nothing between thousands");
    public static ErrorCode ObjectInvalid { get; } = Reports.Data(
        "an object from a file or another session lacks a property, or has one of another type", "store it again with this version");
    public static ErrorCode PropertyUnknown { get; } = Reports.Input(FaultCategory.InvalidArgument,
        "a result, summary, row or outcome has no property of that name", "take one that the message names");
    public static ErrorCode ReportEmpty { get; } = Reports.Call("there is no result to write", "check what the pipeline yields");
    public static ErrorCode ReportFormatUnknown { get; } = Reports.Call(
        "the name of a file does not say what to write", "end it in .json, .jsonl, .csv, .html or .md, or give -Format");
    public static ErrorCode ReportInvalid { get; } = Reports.Data(
        "a file or object holds no metrics", "give results, their summaries, or report files");
    public static ErrorCode ReportMissing { get; } = Reports.Call(
        "no replay came, so that no limit was tested", "check what the pipeline yields");
    public static ErrorCode ReportSeveral { get; } = Reports.Call(
        "several results for a file that holds one", "export them one by one, or in another format");
    public static ErrorCode RequestLogOther { get; } = Reports.Data(
        "a request log that is not of the run that a report is of", "give the log that was written together with the report");
    public static ErrorCode RequestRecordInvalid { get; } = Reports.Data(
        "a request record that a timeline or a page is made of is malformed", "correct the line, or write the file again");
    public static ErrorCode ResultStored { get; } = Reports.Input(FaultCategory.InvalidOperation,
        "a page, a timeline or tasks of a result that comes from a file or another session, which have no workload",
            "replay again where the page is made");
    public static ErrorCode SweepPointEmpty { get; } = Reports.Input(FaultCategory.InvalidResult,
        "a combination of a sweep completed no request, so that it has no metrics",
            "the message says why; give it more time or more blocks");
    public static ErrorCode TimelineEmpty { get; } = Reports.Call(
        "there is nothing that a timeline could show", "give records, a result, its requests, or files of these");
    public static ErrorCode TimelineInputInvalid { get; } = Reports.Data(
        "a file for a timeline holds neither records of a trace nor request records of a replay",
        "name one that does");
    public static ErrorCode TimelineInputMixed { get; } = Reports.Data(
        "request records of a replay together with other files", "make a timeline of each");
    public static ErrorCode TimelineResultTwice { get; } = Reports.Input(FaultCategory.InvalidArgument,
        "several results for one timeline", "export them one by one, each to a file of its own");
    public static ErrorCode TimelineTimeOutOfRange { get; } = Reports.Data("a replay reaches beyond the 127 years that a timeline holds",
        "shorten the times of the input, or make no timeline");

    public static ErrorCode ArgumentsInvalid { get; } = Calls.Call("the command line cannot be understood", "--help lists the options");
    public static ErrorCode CommandMissing { get; } = Calls.Call("no command, or one that does not exist", "name one");
    public static ErrorCode OptionAmbiguous { get; } = Calls.Call("a shortened option could be several", "write it out");
    public static ErrorCode OptionMissing { get; } = Calls.Call("a required option is missing", "give it");
    public static ErrorCode OptionNotSupported { get; } = Calls.Call(
        "an option asks for what AgentSim does not do", "leave it out; the message says what does instead");
    public static ErrorCode OptionUnknown { get; } = Calls.Call("there is no such option", "--help lists the options");
    public static ErrorCode OptionValueInvalid { get; } = Calls.Call("a value is of the wrong kind", "give one as the message says");
    public static ErrorCode OptionValueMissing { get; } = Calls.Call("an option has no value", "give one");
    public static ErrorCode OptionValueUnexpected { get; } = Calls.Call("an option takes no value", "leave the value out");
    public static ErrorCode OptionsConflict { get; } = Calls.Call(
        "options or parameters do not go together, or a file to write is read or written already", "leave one of them out");
    public static ErrorCode OptionsRefused { get; } = Calls.Input(FaultCategory.InvalidArgument,
        "options that the reference refuses, too (exit code 1 as there)", "the message names those that go together");
}
