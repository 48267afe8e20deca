namespace AgentSim;

#pragma warning disable CS1591   // an entry says itself when it comes

/// <content>Files and what stands in them: request traces, imports, rows.</content>
public static partial class Errors
{
    private static readonly Section Files = new("Files");
    private static readonly Section Traces = new("Request traces");
    private static readonly Section Imports = new("Imports");
    private static readonly Section Rows = new("Rows");

    public static ErrorCode EncodingInvalid { get; } = Files.Data("a file, or a line of it, is not UTF-8", "save it as UTF-8");
    public static ErrorCode GzipInvalid { get; } = Files.Data(
        "a gzipped file is damaged or cut off",
            "fetch or write it again; --allow-torn or -AllowTorn reads the whole lines of one that is cut off");
    public static ErrorCode InputIsPipe { get; } = Files.Data(
        "a replay reads its input twice, which a pipe does not allow", "write it to a file first");
    public static ErrorCode InputMissing { get; } = Files.Input(FaultCategory.ObjectNotFound,
        "a folder or wildcard stands for no file", "check the path; folders stand for the *.jsonl and *.jsonl.gz files in them");
    public static ErrorCode InputTooLarge { get; } = Files.Input(FaultCategory.LimitsExceeded,
        "a file is larger than files of its kind are, unpacked",
            "name another file, or raise the limit that the message names; of a JSON document write one object a line, as jq -c does");
    public static ErrorCode InputUnreadable { get; } = Files.Input(FaultCategory.OpenError,
        "a file does not exist or cannot be opened or read", "check the path and the permissions");
    public static ErrorCode LineTooLong { get; } = Files.Input(FaultCategory.LimitsExceeded,
        "a line is longer than 64 MiB", "check that the file has one record a line; AGENTSIM_LIMIT_LINE_BYTES raises the limit");
    public static ErrorCode OutputExists { get; } = Files.Input(FaultCategory.ResourceExists,
        "the file to write exists", "name another, or have it replaced (-Force)");
    public static ErrorCode OutputFailed { get; } = Files.Input(FaultCategory.WriteError,
        "a file or standard output cannot be written", "check the path, the permissions and the space on the disk");
    public static ErrorCode OutputIsFolder { get; } = Files.Call("the beginning of the names of output files is a folder",
        "add what the names in it begin with");
    public static ErrorCode PathNotFileSystem { get; } = Files.Input(FaultCategory.InvalidArgument,
        "a path of PowerShell is not one of the file system", "name a file");

    public static ErrorCode TraceBlockSizeInvalid { get; } = Traces.Data(
        "a block size is less than 1", "give or record at least 1 token a block");
    public static ErrorCode TraceBlockSizeMismatch { get; } = Traces.Data(
        "block sizes of rows, or of a trace or a header and an option, differ",
        "leave the option out, or replay what has different sizes one after the other");
    public static ErrorCode TraceBlockSizeMixed { get; } = Traces.Data(
        "requests of one trace have different block sizes", "replay the parts one by one");
    public static ErrorCode TraceCausalityInvalid { get; } = Traces.Data("what a tool event says about its causes contradicts the trace",
        "correct what the harness sends, or leave the event out");
    public static ErrorCode TraceCycle { get; } = Traces.Data("sessions or requests depend on each other in a circle",
        "check the parent sessions, and the clocks of tool events");
    public static ErrorCode TraceDependencyInvalid { get; } = Traces.Data("a request depends on one that it cannot depend on",
        "correct its recorded dependencies, or have them left out");
    public static ErrorCode TraceEmpty { get; } = Traces.Data("there is no finished request, or no row",
        "check that the file is not empty or of another kind, and that request tracing was on");
    public static ErrorCode TraceHashCount { get; } = Traces.Data(
        "the hashes of a request do not cover its prompt", "check the recorder, and the recorded block size");
    public static ErrorCode TraceLengthInvalid { get; } = Traces.Data("a length is negative", "check the recorder");
    public static ErrorCode TraceModelMissing { get; } = Traces.Data("no request of a trace is to the model that was chosen",
        "choose one of those that the message names");
    public static ErrorCode TraceModeMismatch { get; } = Traces.Data(
        "a trace is converted in the wrong mode, with or without sessions", "take the other mode");
    public static ErrorCode TraceModeMixed { get; } = Traces.Data("some requests belong to sessions and others do not",
        "have those without a session left out");
    public static ErrorCode TraceParentConflict { get; } = Traces.Data(
        "a session has two parents", "check what the harness says of its sub-agents");
    public static ErrorCode TraceParentMissing { get; } = Traces.Data(
        "the parent of a session is not in the trace", "give all files of the trace");
    public static ErrorCode TraceRequestDuplicate { get; } = Traces.Data("a request or tool call comes twice", "give each file once");
    public static ErrorCode TraceRowInvalid { get; } = Traces.Data(
        "a line is no record", "correct the line, or take the format that the message names");
    public static ErrorCode TraceTimeOutOfRange { get; } = Traces.Data(
        "a time is further from 1970 than the 127 years that a timeline holds",
        "check the unit of the times");
    public static ErrorCode TraceTooLarge { get; } = Traces.Input(FaultCategory.LimitsExceeded,
        "a trace has more than 2^31 blocks", "give fewer files, or a larger block size");

    public static ErrorCode ImportColumnMissing { get; } = Imports.Call(
        "nothing says which column of a table holds the input or output tokens", "name the column");
    public static ErrorCode ImportColumnUnknown { get; } = Imports.Data(
        "a table has no field or column of the name that was given", "name one that is there");
    public static ErrorCode ImportColumnsUnknown { get; } = Imports.Data(
        "the columns are of no known table", "name those that are needed, or a preset");
    public static ErrorCode ImportEmpty { get; } = Imports.Data(
        "the recordings hold no request to import", "the message says what was passed over, and why");
    public static ErrorCode ImportFormatUnknown { get; } = Imports.Data("a file is of no known format, or there is no format of that name",
        "name the format, or a file that is of one");
    public static ErrorCode ImportPathMissing { get; } = Imports.Call(
        "no path was named, and the format has no known place", "name files or folders");
    public static ErrorCode ImportRowInvalid { get; } = Imports.Data(
        "a line of a recording is no row (counted; an error where faults are not passed over)",
        "correct the line, or pass faults over");
    public static ErrorCode ImportSessionInvalid { get; } = Imports.Data(
        "a session is its own ancestor (counted; an error where faults are not passed over)",
        "check the parents in the recording");
    public static ErrorCode ImportSettingInvalid { get; } = Imports.Call(
        "a setting of an import is out of range", "give one that the message allows");
    public static ErrorCode ImportStartMissing { get; } = Imports.Data("a recording does not say when its requests started",
        "let them start together or at a rate");
    public static ErrorCode ImportTimeInvalid { get; } = Imports.Data(
        "something ends before it starts (repaired and counted; an error where faults are not passed over)",
        "check the clocks of the recording");
    public static ErrorCode ImportUnitMissing { get; } = Imports.Data(
        "a time is a plain number whose unit nobody gave", "give the unit with the column");

    public static ErrorCode DependencyCycle { get; } = Rows.Data("rows wait for each other", "break the circle");
    public static ErrorCode DependencyOutsidePlay { get; } = Rows.Data(
        "a row of version 2 depends on one of another play", "let it depend on rows of its own play");
    public static ErrorCode DependencyUnknown { get; } = Rows.Data(
        "a row waits for one that is not there", "keep that row, or have such dependencies dropped");
    public static ErrorCode HeaderInvalid { get; } = Rows.Data("the header of a file of version 2 is malformed", "correct its first line");
    public static ErrorCode PromptTooLarge { get; } = Rows.Input(FaultCategory.LimitsExceeded,
        "a prompt made of lengths has more blocks than any has",
            "give a larger trace block size, or raise the limit that the message names");
    public static ErrorCode RowInvalid { get; } = Rows.Data(
        "a row is malformed or breaks a rule", "correct the line, or take the format that the message names");
    public static ErrorCode RowNotFinite { get; } = Rows.Data("a time to write is not finite", "give the row a finite time");
    public static ErrorCode RowVersionMismatch { get; } = Rows.Data("-Version does not fit -Format or the file", "leave one of them out");
    public static ErrorCode RowsMissing { get; } = Rows.Call("no rows came for the file to write", "check what the pipeline yields");
    public static ErrorCode RowsMixed { get; } = Rows.Data(
        "rows of different dialects come together", "take those of each dialect by themselves");
    public static ErrorCode TraceFileCount { get; } = Rows.Data("there is no file to read", "name one");
    public static ErrorCode TraceFormatMismatch { get; } = Rows.Call(
        "a format of files is given for rows", "leave it out; rows say what they are");
}
